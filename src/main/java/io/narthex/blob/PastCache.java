package io.narthex.blob;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.Optional;

/** A file that is read past the system's cache, as the disk has it. */
final class PastCache implements Blob {
    /** A multiple of every block. */
    private static final int PIECE = 1 << 20;

    private final FileChannel file;
    private final long size;
    private final int block;

    /** @param file opened for whole blocks of memory at the block's alignment */
    PastCache(FileChannel file, long size, int block) {
        this.file = file;
        this.size = size;
        this.block = block;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public InputStream range(long first, long length) throws IOException {
        Objects.checkFromIndexSize(first, length, size);
        return new Blocks(first, length);
    }

    @Override
    public Optional<FileChannel> channel() {
        return Optional.empty();
    }

    @Override
    public void close() {
        Closing.quietly(file);
    }

    private final class Blocks extends InputStream {
        private final ByteBuffer piece =
                ByteBuffer.allocateDirect(PIECE + block).alignedSlice(block).limit(0);
        private long position;
        private int skipped;
        private long left;

        Blocks(long first, long length) {
            position = first - first % block;
            skipped = (int) (first % block);
            left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            if (!piece.hasRemaining()) {
                fill();
            }
            int count = (int) Math.min(Math.min(length, piece.remaining()), left);
            piece.get(target, offset, count);
            left -= count;
            return count;
        }

        private void fill() throws IOException {
            piece.clear().limit(PIECE);
            int read = file.read(piece, position);
            if (read <= skipped) {
                throw new IOException("a file ended before its size");
            }
            position += read;
            piece.flip().position(skipped);
            skipped = 0;
        }
    }
}
