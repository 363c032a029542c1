package io.narthex.localstore;

import io.narthex.nix.hash.NixHash;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One valid path as Nix registered it (Nix: src/libstore/schema.sql, table ValidPaths and Refs).
 *
 * @param id Nix's row number; grows with every registration and is never used again
 * @param narHash SHA-256 of the path's NAR
 * @param narSize length of the NAR in bytes, at least 1
 * @param signatures those that the path brought along; text that is no signature is left out
 * @param digest over all that Nix says of the path
 */
public record ValidPath(
        long id,
        StorePath path,
        NixHash narHash,
        long narSize,
        Instant registeredAt,
        Optional<StorePath> deriver,
        SortedSet<StorePath> references,
        List<Signature> signatures,
        Optional<String> contentAddress,
        RowDigest digest) {

    public ValidPath {
        references = Collections.unmodifiableSortedSet(new TreeSet<>(references));
        signatures = List.copyOf(signatures);
    }

    /** The same path with these signatures beside those it has. */
    public ValidPath and(List<Signature> others) {
        List<Signature> all = Stream.concat(signatures.stream(), others.stream())
                .sorted()
                .distinct()
                .toList();
        return new ValidPath(
                id, path, narHash, narSize, registeredAt, deriver, references, all, contentAddress, digest);
    }
}
