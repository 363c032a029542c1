package io.narthex.nix.narinfo;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A narinfo: what a binary cache tells of one path. Immutable; signatures are kept sorted and distinct, references
 * sorted.
 *
 * @param url where the file is, relative to the cache or absolute: printable ASCII
 * @param compression a name that Nix knows; {@code none} where the file is the NAR
 * @param fileHash of the file at {@code url}, as compressed
 * @param fileSize in bytes, of the same
 * @param narHash SHA-256 of the NAR
 * @param narSize in bytes, of the NAR, more than 0
 * @param contentAddress in any spelling that {@link ContentAddress} reads; kept as it writes it
 */
public record NarInfo(
        StoreDir storeDir,
        StorePath storePath,
        String url,
        String compression,
        Optional<NixHash> fileHash,
        OptionalLong fileSize,
        NixHash narHash,
        long narSize,
        SortedSet<StorePath> references,
        Optional<StorePath> deriver,
        List<Signature> signatures,
        Optional<String> contentAddress) {
    /** Longer than the signed URLs of any object store. */
    private static final int MAX_URL_LENGTH = 4096;

    /** For people. */
    private static final String KNOWN =
            Arrays.stream(Compression.values()).map(Compression::nixName).collect(Collectors.joining(", "));

    public NarInfo {
        check(
                "URL",
                !url.isEmpty() && url.length() <= MAX_URL_LENGTH,
                () -> "has " + url.length() + " characters, of 1 to " + MAX_URL_LENGTH);
        check("URL", isPrintable(url), () -> "is " + NixFormatException.quote(url) + ", not printable ASCII");
        // From Nix 2.35 on another name makes the narinfo corrupt.
        check(
                "Compression",
                Compression.named(compression).isPresent(),
                () -> "is " + NixFormatException.quote(compression) + ", none that Nix knows: " + KNOWN);
        check("FileSize", fileSize.orElse(1) > 0, () -> "is " + fileSize.orElse(0) + ", not positive");
        check(
                "NarHash",
                narHash.algorithm() == HashAlgorithm.SHA256,
                () -> "is by " + narHash.algorithm() + ", not sha256");
        check("NarSize", narSize > 0, () -> "is " + narSize + ", not positive");
        references = Collections.unmodifiableSortedSet(new TreeSet<>((Collection<StorePath>) references));
        signatures = signatures.size() < 2
                ? List.copyOf(signatures)
                : signatures.stream().sorted().distinct().toList();
        contentAddress = contentAddress.map(text -> ContentAddress.parse(text).toString());
    }

    /** The same with other signatures. */
    public NarInfo withSignatures(List<Signature> others) {
        return new NarInfo(
                storeDir,
                storePath,
                url,
                compression,
                fileHash,
                fileSize,
                narHash,
                narSize,
                references,
                deriver,
                others,
                contentAddress);
    }

    private static boolean isPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    private static void check(String field, boolean holds, Supplier<String> flaw) {
        if (!holds) {
            throw new NixFormatException(field, flaw.get());
        }
    }
}
