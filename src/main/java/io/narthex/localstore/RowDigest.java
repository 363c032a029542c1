package io.narthex.localstore;

import io.narthex.nix.hash.HashAlgorithm;
import java.nio.ByteBuffer;

/**
 * A digest over all that Nix's database says of one path, its row number included: half a SHA-256. Two rows with the
 * same digest say the same.
 */
public record RowDigest(long high, long low) {
    /** Bytes of {@link #bytes()}. */
    public static final int BYTES = 2 * Long.BYTES;

    static RowDigest over(byte[] row) {
        return of(HashAlgorithm.SHA256.newDigest().digest(row));
    }

    /** Reads the first 16 bytes. */
    public static RowDigest of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new RowDigest(buffer.getLong(), buffer.getLong());
    }

    /** The 16 bytes. */
    public byte[] bytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }
}
