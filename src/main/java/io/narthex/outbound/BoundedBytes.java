package io.narthex.outbound;

import java.io.ByteArrayOutputStream;

/** Collects the bytes of a document, up to a limit. */
final class BoundedBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final long most;

    BoundedBytes(long most) {
        this.most = most;
    }

    /** Adds so many bytes of a piece; false where there would be too many. */
    boolean add(byte[] piece, int length) {
        if (bytes.size() + (long) length > most) {
            return false;
        }
        bytes.write(piece, 0, length);
        return true;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
