package io.narthex.localstore;

import io.narthex.nix.hash.NixHash;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One valid path as Nix registered it (Nix: src/libstore/schema.sql, table ValidPaths and Refs).
 *
 * @param id Nix's row number; grows with every registration and is never used again
 * @param narHash SHA-256 of the path's NAR
 * @param narSize length of the NAR in bytes, at least 1
 * @param signatures those that the path brought along; text that is no signature is left out
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
        Optional<String> contentAddress) {

    /** Bytes of {@link #digest()}: enough that no two rows of one path are taken for one another. */
    private static final int DIGEST_BYTES = 16;

    public ValidPath {
        references = Collections.unmodifiableSortedSet(new TreeSet<>(references));
        signatures = List.copyOf(signatures);
    }

    /**
     * A digest over all that Nix says of the path, its row number included: two rows with the same digest say the same.
     *
     * @return 16 bytes
     */
    public byte[] digest() {
        StringBuilder text = new StringBuilder(256)
                .append(id)
                .append('\n')
                .append(path.baseName())
                .append('\n')
                .append(narHash.toNix32())
                .append('\n')
                .append(narSize)
                .append('\n')
                .append(registeredAt.getEpochSecond())
                .append('\n')
                .append(deriver.map(StorePath::baseName).orElse(""))
                .append('\n')
                .append(contentAddress.orElse(""))
                .append('\n');
        references.forEach(r -> text.append(r.baseName()).append(' '));
        text.append('\n');
        signatures.forEach(s -> text.append(s).append(' '));
        return Arrays.copyOf(sha256().digest(text.toString().getBytes(StandardCharsets.UTF_8)), DIGEST_BYTES);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
