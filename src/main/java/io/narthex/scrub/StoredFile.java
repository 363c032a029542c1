package io.narthex.scrub;

import io.narthex.blob.BlobKey;
import io.narthex.nix.hash.NixHash;
import java.time.Instant;

/**
 * A stored file as its row has it.
 *
 * @param id its row
 * @param size in bytes
 * @param provedAt when it last had this hash
 */
record StoredFile(long id, BlobKey key, NixHash hash, long size, Instant provedAt) {}
