package io.narthex.nix.nar;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Packs trees on disk, one after another, through one buffer: framing and small files are gathered in it, large ones
 * pass through it, and it goes to the sink whenever it is full. A direct buffer of 256 KiB measured best. Not
 * thread-safe; the buffer's contents and byte order are the packer's while it packs.
 *
 * <p>Links are not followed, nor is one that takes a file's place between stat and open.
 */
public final class NarPacker {
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    /** Below it, framing and the byte that {@code read} keeps free would find no room. */
    private static final int LEAST_BUFFER = 16;

    private final ByteBuffer buffer;
    private final NarSink sink;

    /**
     * Makes a packer that gathers in the buffer and drains to the sink.
     *
     * @param buffer of at least 16 bytes; direct, so that files are read into it without another copy
     */
    public NarPacker(ByteBuffer buffer, NarSink sink) {
        if (buffer.capacity() < LEAST_BUFFER) {
            throw new IllegalArgumentException("a buffer of " + buffer.capacity() + " bytes");
        }
        this.buffer = buffer;
        this.sink = sink;
    }

    /**
     * Sends the archive of the tree and returns its length in bytes.
     *
     * @throws NarException.FileChanged where a file is not as long as its stat told; what was sent until then is lost
     * @throws NarException.UnsupportedFile where a socket, fifo or device is in the tree
     */
    public long pack(Path root) throws IOException {
        Packing packing = new Packing(0, Long.MAX_VALUE);
        packing.run(root);
        return packing.position;
    }

    /**
     * Sends {@code length} bytes of the archive, from byte {@code from} on; fewer where it ends before. The contents of
     * files before {@code from} are not read, their sizes come from stat; the walk ends with the last byte wanted.
     *
     * @throws NarException as {@link #pack}
     */
    public void packRange(Path root, long from, long length) throws IOException {
        if (from < 0 || length < 0) {
            throw new IllegalArgumentException("negative range");
        }
        new Packing(from, length > Long.MAX_VALUE - from ? Long.MAX_VALUE : from + length).run(root);
    }

    /** Length in bytes of the archive of the tree, by stat alone. */
    public static long sizeOf(Path root) throws IOException {
        NarMeter meter = new NarMeter();
        TreeWalker.walk(root, meter);
        return meter.size();
    }

    /** One pass: of the archive's bytes those from {@code from} to before {@code end} are sent. */
    private final class Packing implements TreeVisitor {
        private final long from;
        private final long end;
        private long position;

        Packing(long from, long end) {
            this.from = from;
            this.end = end;
        }

        void run(Path root) throws IOException {
            buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
            put(NarFraming.MAGIC);
            TreeWalker.walk(root, this);
            drain();
        }

        @Override
        public void enterDirectory() throws IOException {
            put(NarFraming.DIRECTORY);
        }

        @Override
        public void enterEntry(byte[] name) throws IOException {
            put(NarFraming.ENTRY);
            putString(name);
            put(NarFraming.NODE);
        }

        @Override
        public void leaveEntry() throws IOException {
            put(NarFraming.CLOSE);
        }

        @Override
        public void leaveDirectory() throws IOException {
            put(NarFraming.CLOSE);
        }

        @Override
        public void symlink(byte[] target) throws IOException {
            put(NarFraming.SYMLINK);
            putString(target);
            put(NarFraming.CLOSE);
        }

        @Override
        public void regular(Path file, boolean executable, long size) throws IOException {
            put(NarFraming.contentsOpening(executable));
            putLong(size);
            putContents(file, size);
            put(NarFraming.PADDING, NarFraming.padding(size));
            put(NarFraming.CLOSE);
        }

        @Override
        public boolean isDone() {
            return position >= end;
        }

        private void putString(byte[] bytes) throws IOException {
            putLong(bytes.length);
            put(bytes);
            put(NarFraming.PADDING, NarFraming.padding(bytes.length));
        }

        private void putLong(long value) throws IOException {
            if (position >= from && position + Long.BYTES <= end && buffer.remaining() >= Long.BYTES) {
                buffer.putLong(value);
                position += Long.BYTES;
            } else {
                byte[] bytes = new byte[Long.BYTES];
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
                put(bytes);
            }
        }

        private void put(byte[] bytes) throws IOException {
            put(bytes, bytes.length);
        }

        private void put(byte[] bytes, int length) throws IOException {
            int start = Math.clamp(from - position, 0, length);
            int stop = Math.clamp(end - position, start, length);
            position += length;
            while (start < stop) {
                if (!buffer.hasRemaining()) {
                    drain();
                }
                int part = Math.min(stop - start, buffer.remaining());
                buffer.put(bytes, start, part);
                start += part;
            }
        }

        private void putContents(Path file, long size) throws IOException {
            long start = Math.clamp(from - position, 0, size);
            long stop = Math.clamp(end - position, start, size);
            position += size;
            if (start == stop) {
                return;
            }
            try (FileChannel channel = FileChannel.open(file, READ)) {
                if (start > 0) {
                    channel.position(start);
                }
                long left = read(channel, stop - start, stop == size);
                if (left != 0) {
                    throw new NarException.FileChanged(file, size, left < 0);
                }
            }
        }

        /**
         * Reads so many bytes and returns how many are missing, or less than zero where there are more. The last read
         * asks for one byte more than there should be, so that a longer file shows without another system call; for
         * that the file's end never falls on the buffer's end.
         *
         * @param toEnd whether the file should end with these bytes
         */
        private long read(FileChannel channel, long length, boolean toEnd) throws IOException {
            long left = length;
            while (left > 0) {
                if (buffer.remaining() < 2) {
                    drain();
                }
                long wanted = !toEnd ? left : buffer.remaining() == left ? left - 1 : left + 1;
                buffer.limit((int) Math.min(buffer.capacity(), buffer.position() + wanted));
                int read = channel.read(buffer);
                buffer.limit(buffer.capacity());
                if (read <= 0) {
                    return left;
                }
                left -= read;
            }
            return left;
        }

        private void drain() throws IOException {
            buffer.flip();
            if (buffer.hasRemaining()) {
                sink.write(buffer);
                if (buffer.hasRemaining()) {
                    throw new IllegalStateException("the sink left bytes in the buffer");
                }
            }
            buffer.clear();
        }
    }
}
