package io.narthex.receive;

import io.narthex.nix.narinfo.Compression;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/** How large a window unpacking a file takes, as its first bytes tell. */
final class WindowSize {
    /** As many bytes as {@link #of} looks at. */
    static final int LOOKED_AT = 4_096;

    private static final long MEBIBYTE = 1 << 20;
    /** What xz -6 and zstd -19 have, the library's tables with it: for what does not tell, and for later frames of what tells less. */
    private static final long USUAL = 10 * MEBIBYTE;
    /** Buffers, and a body that is held while it is unpacked. */
    private static final long LEAST = 4 * MEBIBYTE;
    /** The largest that Brotli has (RFC 7932, 9.1). */
    private static final long BROTLI = 16 * MEBIBYTE;
    /** Two arrays of the block's 900,000, one of four bytes each. */
    private static final long BZIP2 = 5 * MEBIBYTE;

    /** Of a frame (RFC 8878, 3.1.1), and of one that is skipped (3.1.2), whose last four bits are free. */
    private static final int ZSTD_MAGIC = 0xFD2FB528;

    private static final int ZSTD_SKIPPED = 0x184D2A50;
    private static final int SKIPPED_HEAD = 8;
    private static final int SINGLE_SEGMENT = 1 << 5;

    private WindowSize() {}

    /** Bytes that a file which begins so may take; it may ask for more than anybody gets. */
    static long of(Compression compression, byte[] start) {
        return switch (compression) {
            case XZ -> Math.max(USUAL, xz(start));
            case ZSTD -> Math.max(USUAL, zstd(ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN)));
            case BR -> BROTLI;
            case BZIP2 -> BZIP2;
            case LZ4 -> USUAL;
            case NONE, COMPRESS, GRZIP, GZIP, LRZIP, LZIP, LZMA, LZOP -> LEAST;
        };
    }

    /** Asks the library, which says it where it may have nothing. */
    private static long xz(byte[] start) {
        try (XZInputStream none = new XZInputStream(new ByteArrayInputStream(start), 1)) {
            none.read();
            return USUAL;
        } catch (MemoryLimitException e) {
            return (long) e.getMemoryNeeded() << 10;
        } catch (IOException | RuntimeException e) {
            // damaged: whoever unpacks it says so
            return USUAL;
        }
    }

    private static long zstd(ByteBuffer start) {
        while (start.remaining() > SKIPPED_HEAD) {
            int magic = start.getInt();
            if (magic == ZSTD_MAGIC) {
                return frame(start);
            }
            long skipped = Integer.toUnsignedLong(start.getInt());
            if ((magic & ~0xF) != ZSTD_SKIPPED || skipped > start.remaining()) {
                return USUAL;
            }
            start.position(start.position() + (int) skipped);
        }
        return USUAL;
    }

    /** RFC 8878, 3.1.1.1.2; a frame that is one segment has a window of its own size, which stands where others have theirs. */
    private static long frame(ByteBuffer head) {
        int descriptor = head.get();
        if ((descriptor & SINGLE_SEGMENT) != 0) {
            return segment(descriptor, head);
        }
        int window = Byte.toUnsignedInt(head.get());
        long base = 1L << (10 + (window >> 3));
        return base + base / 8 * (window & 7);
    }

    private static long segment(int descriptor, ByteBuffer head) {
        int dictionary = descriptor & 3;
        int skipped = dictionary == 3 ? 4 : dictionary;
        int field = 1 << ((descriptor >> 6) & 3);
        if (head.remaining() < skipped + field) {
            return USUAL;
        }
        head.position(head.position() + skipped);
        return switch (field) {
            case 1 -> Byte.toUnsignedInt(head.get());
            case 2 -> Short.toUnsignedInt(head.getShort()) + 256;
            case 4 -> Integer.toUnsignedLong(head.getInt());
            default -> head.getLong();
        };
    }
}
