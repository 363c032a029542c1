package io.narthex.index.search;

import io.narthex.nix.hash.NixBase32;
import io.narthex.nix.store.StorePathHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What somebody looks for, as they typed or pasted it, perhaps half typed.
 *
 * @param meanings what it can mean: a path is found that one of them fits, so none where there are none
 */
public record SearchText(List<Meaning> meanings) {
    /** A base name has at most 211 characters (Nix: StorePath::MaxPathLen), and a directory stands before it. */
    private static final int LONGEST = 400;
    /** With fewer characters nearly everything is a hash's beginning. */
    private static final int SHORTEST_HASH = 4;

    /** An index of trigrams finds such a part; anything else is looked for at the beginnings of names alone. */
    private static final Pattern PART = Pattern.compile(".*[0-9A-Za-z]{3}.*");
    /** So a name begins, and so it goes on (Nix: src/libstore/path.cc): another text is in none. */
    private static final Pattern NAME =
            Pattern.compile("[0-9A-Za-z][0-9A-Za-z+\\-._?=]*|[0-9A-Za-z+\\-._?=]*[0-9A-Za-z]{3}[0-9A-Za-z+\\-._?=]*");

    /** What the table of programs may hold, where an index of trigrams finds it. */
    private static final Pattern PROGRAM =
            Pattern.compile("[0-9A-Za-z+._?=@:,~\\[-]*[0-9A-Za-z]{3}[0-9A-Za-z+._?=@:,~\\[-]*");

    private static final Pattern WHOLE = Pattern.compile("(?:/?(?:[^/]+/)*)([0-9a-z]{32})(?:[-.].*)?");
    private static final Pattern FILE = Pattern.compile("(?:.*nar/)?([^/]+\\.nar(?:\\.[a-z0-9]+)?)");

    /** One thing that the text can mean. */
    public sealed interface Meaning {
        /**
         * The beginning of a hash part.
         *
         * @param digits 1 to 32 of Nix's base32
         */
        record HashBeginning(String digits) implements Meaning {}

        /** The name of a NAR's file, as a narinfo names it behind {@code nar/}. */
        record NarFile(String name) implements Meaning {}

        /**
         * A program or library in the path.
         *
         * @param text a part of its name, in any case
         * @param isBeginning whether the name must begin with it
         */
        record Program(String text, boolean isBeginning) implements Meaning {}

        /** A part of the name, in any case. */
        record NamePart(String text) implements Meaning {}

        /** The beginning of the name, in any case. */
        record NameBeginning(String text) implements Meaning {}
    }

    public SearchText {
        meanings = List.copyOf(meanings);
    }

    /** Understands anything; empty: nothing was typed, so that every path fits. */
    public static Optional<SearchText> of(String typed) {
        String text = typed.strip();
        return text.isEmpty() ? Optional.empty() : Optional.of(new SearchText(understand(text)));
    }

    private static List<Meaning> understand(String text) {
        if (text.length() > LONGEST) {
            return List.of();
        }
        Matcher whole = WHOLE.matcher(text);
        if (whole.matches() && StorePathHash.tryParse(whole.group(1), 0) != null) {
            return List.of(new Meaning.HashBeginning(whole.group(1)));
        }
        Matcher file = FILE.matcher(text);
        if (file.matches()) {
            return List.of(new Meaning.NarFile(file.group(1)));
        }
        int slash = text.lastIndexOf('/');
        List<Meaning> meanings = typing(text.substring(slash + 1));
        if (PROGRAM.matcher(text.substring(slash + 1)).matches()) {
            meanings.add(new Meaning.Program(text.substring(slash + 1), slash >= 0));
        }
        return meanings;
    }

    private static List<Meaning> typing(String text) {
        List<Meaning> meanings = new ArrayList<>();
        if (text.length() >= SHORTEST_HASH
                && text.length() <= StorePathHash.LENGTH
                && text.chars().allMatch(c -> NixBase32.value((char) c) >= 0)) {
            meanings.add(new Meaning.HashBeginning(text));
        }
        if (NAME.matcher(text).matches()) {
            meanings.add(PART.matcher(text).matches() ? new Meaning.NamePart(text) : new Meaning.NameBeginning(text));
        }
        return meanings;
    }
}
