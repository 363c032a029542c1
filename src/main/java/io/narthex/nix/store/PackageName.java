package io.narthex.nix.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Name and version in the name of a store path, separated as Nix does it (builtins.parseDrvName in src/libstore/names.cc): the
 * version begins behind the first dash that no letter follows.
 *
 * @param version without the name of the output; empty: there is none
 */
public record PackageName(String name, String version) {
    private static final Pattern VERSION = Pattern.compile("-([^a-zA-Z].*)$");
    /** The names that nixpkgs gives to outputs. */
    private static final Pattern OUTPUT =
            Pattern.compile("-(bin|data|debug|dev|devdoc|dist|doc|info|lib|man|out|static)$");

    /** Of a store path. */
    public static PackageName of(StorePath path) {
        String text = path.name();
        Matcher version = VERSION.matcher(text);
        return version.find()
                ? new PackageName(
                        text.substring(0, version.start()),
                        OUTPUT.matcher(version.group(1)).replaceFirst(""))
                : new PackageName(text, "");
    }
}
