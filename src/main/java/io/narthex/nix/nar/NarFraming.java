package io.narthex.nix.nar;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The fixed words of the archive format, as the bytes that are written: each word behind its length of 8 bytes,
 * little-endian, and padded to 8 bytes with zeros.
 */
final class NarFraming {
    static final byte[] MAGIC = words("nix-archive-1");
    static final byte[] DIRECTORY = words("(", "type", "directory");
    static final byte[] SYMLINK = words("(", "type", "symlink", "target");
    static final byte[] REGULAR = words("(", "type", "regular", "contents");
    static final byte[] EXECUTABLE = words("(", "type", "regular", "executable", "", "contents");
    static final byte[] ENTRY = words("entry", "(", "name");
    static final byte[] NODE = words("node");
    static final byte[] CLOSE = words(")");
    static final byte[] PADDING = new byte[8];

    private NarFraming() {}

    /** Zeros that follow so many bytes. */
    static int padding(long size) {
        return (int) (-size & 7);
    }

    /** Bytes that a string of that size takes. */
    static long framed(long size) {
        return 8 + size + padding(size);
    }

    static byte[] contentsOpening(boolean executable) {
        return executable ? EXECUTABLE : REGULAR;
    }

    private static byte[] words(String... words) {
        ByteArrayOutputStream framed = new ByteArrayOutputStream();
        for (String word : words) {
            byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
            ByteBuffer one = ByteBuffer.allocate((int) framed(bytes.length)).order(ByteOrder.LITTLE_ENDIAN);
            framed.writeBytes(one.putLong(bytes.length).put(bytes).array());
        }
        return framed.toByteArray();
    }
}
