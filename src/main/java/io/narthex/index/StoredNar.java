package io.narthex.index;

import io.narthex.nix.hash.NixHash;

/**
 * A NAR file that was received, verified and made durable.
 *
 * @param id its row
 * @param storageKey where its bytes lie in the blob store
 * @param fileName as URLs have it behind {@code nar/}
 * @param compression a name that Nix knows; {@code none} where the file is the NAR
 * @param fileSize in bytes, as it lies
 * @param narSize in bytes, unpacked
 */
public record StoredNar(
        long id,
        String storageKey,
        String fileName,
        String compression,
        NixHash fileHash,
        long fileSize,
        NixHash narHash,
        long narSize) {}
