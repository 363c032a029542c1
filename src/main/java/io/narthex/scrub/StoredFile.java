package io.narthex.scrub;

import io.narthex.blob.Blob;
import io.narthex.blob.BlobKey;
import io.narthex.blob.BlobStore;
import io.narthex.nix.hash.NixHash;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * A stored file as its row has it.
 *
 * @param id its row
 * @param storageKey where its bytes should be; in a row that somebody spoiled it may be anything
 * @param size in bytes
 * @param provedAt when it last had this hash
 */
record StoredFile(long id, String storageKey, NixHash hash, long size, Instant provedAt) {
    /**
     * Its bytes; empty where they are not there.
     *
     * @param pastCache whether they are to be read past the system's cache
     * @throws IOException where that cannot be known
     */
    Optional<Blob> open(BlobStore blobs, boolean pastCache) throws IOException {
        Optional<BlobKey> key = BlobKey.tryParse(storageKey);
        if (key.isEmpty()) {
            return Optional.empty();
        }
        return pastCache ? blobs.openPastCache(key.get()) : blobs.open(key.get());
    }
}
