package io.narthex.localstore;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A digest over all that Nix's database says of one path, its row number included: half a SHA-256. Two rows with the
 * same digest say the same.
 */
public record RowDigest(long high, long low) {
    /** Bytes of {@link #bytes()}. */
    private static final int BYTES = 2 * Long.BYTES;

    static RowDigest over(String row) {
        try {
            return of(MessageDigest.getInstance("SHA-256").digest(row.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
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
