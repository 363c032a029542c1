package io.narthex.receive;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Checks how an LZ4 file begins: with a frame that carries data. Readers differ in what they make of skippable frames,
 * the legacy format or an empty frame before it: some take the first for all there is. The format: lz4_Frame_format.md
 * of lz4.
 */
final class Lz4Start {
    private static final byte[] MAGIC = {0x04, 0x22, 0x4d, 0x18};
    private static final byte[] LEGACY = {0x02, 0x21, 0x4c, 0x18};

    /** Magic, flags, block size, size of the contents, dictionary and check; a block's length and its first byte. */
    private static final int LONGEST = 4 + 1 + 1 + 8 + 4 + 1 + 4 + 1;

    private static final int FLAGS = 4;
    private static final int HAS_SIZE = 1 << 3;
    private static final int HAS_DICTIONARY = 1;

    private Lz4Start() {}

    /**
     * Looks at the first bytes and leaves them to be read.
     *
     * @throws RefusedException where they are others
     */
    static void require(BufferedInputStream in) throws IOException {
        in.mark(LONGEST);
        byte[] start = in.readNBytes(LONGEST);
        in.reset();
        byte[] magic = Arrays.copyOf(start, Math.min(start.length, MAGIC.length));
        if (!Arrays.equals(magic, MAGIC)) {
            throw Refusal.NOT_AN_LZ4_FRAME.because(
                    Arrays.equals(magic, LEGACY)
                            ? "is in the legacy format (02214c18)"
                            : isSkippable(magic)
                                    ? "begins with a skippable frame ("
                                            + HexFormat.of().formatHex(magic) + ")"
                                    : "begins with " + HexFormat.of().formatHex(magic));
        }
        if (start.length > FLAGS && isEmpty(start)) {
            throw Refusal.NOT_AN_LZ4_FRAME.because("begins with an empty frame");
        }
    }

    private static boolean isSkippable(byte[] magic) {
        return magic.length == MAGIC.length
                && (magic[0] & 0xf0) == 0x50
                && magic[1] == 0x2a
                && magic[2] == 0x4d
                && magic[3] == 0x18;
    }

    /** Whether the first block has no bytes; where it is cut off, whoever reads on says so. */
    private static boolean isEmpty(byte[] start) {
        int flags = start[FLAGS];
        int block = FLAGS + 3 + ((flags & HAS_SIZE) == 0 ? 0 : 8) + ((flags & HAS_DICTIONARY) == 0 ? 0 : 4);
        if (start.length < block + 4) {
            return false;
        }
        int length = (start[block] & 0xff)
                | (start[block + 1] & 0xff) << 8
                | (start[block + 2] & 0xff) << 16
                | (start[block + 3] & 0x7f) << 24;
        boolean packed = start[block + 3] >= 0;
        // a packed block of one byte, a token without literals, is empty too
        return length == 0 || (packed && length == 1 && start.length > block + 4 && start[block + 4] == 0);
    }
}
