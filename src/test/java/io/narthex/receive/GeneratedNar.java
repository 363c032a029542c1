package io.narthex.receive;

import io.narthex.nix.nar.Words;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The archive of one large file that is never held: one block of bytes again and again. */
final class GeneratedNar {
    private static final int BLOCK = 1 << 20;

    private GeneratedNar() {}

    /** A file of so many MiB of zeros. */
    static InputStream zeros(int mebibytes) {
        return of(new byte[BLOCK], mebibytes);
    }

    /** A file of so many MiB of bytes that do not compress within a block. */
    static InputStream noise(int mebibytes) {
        byte[] block = new byte[BLOCK];
        new Random(4).nextBytes(block);
        return of(block, mebibytes);
    }

    /** Bytes of such an archive. */
    static long size(int mebibytes) {
        return head(mebibytes).length + (long) BLOCK * mebibytes + tail().length;
    }

    private static InputStream of(byte[] block, int times) {
        List<InputStream> parts = List.of(
                new ByteArrayInputStream(head(times)), new Repeated(block, times), new ByteArrayInputStream(tail()));
        return new SequenceInputStream(Collections.enumeration(parts));
    }

    private static byte[] head(int mebibytes) {
        return Words.nar("(", "type", "regular", "contents")
                .length((long) BLOCK * mebibytes)
                .bytes();
    }

    private static byte[] tail() {
        byte[] word = Words.nar(")").bytes();
        return Arrays.copyOfRange(word, Words.nar().bytes().length, word.length);
    }

    /** A block, so many times. */
    private static final class Repeated extends InputStream {
        private final byte[] block;
        private long left;

        Repeated(byte[] block, int times) {
            this.block = block;
            this.left = (long) block.length * times;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            int at = (int) (block.length - left % block.length) % block.length;
            int part = (int) Math.min(Math.min(length, block.length - at), left);
            System.arraycopy(block, at, target, offset, part);
            left -= part;
            return part;
        }
    }
}
