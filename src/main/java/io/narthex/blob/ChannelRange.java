package io.narthex.blob;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * Reads a part of an open file by positional reads, so that several readers share one file. It leaves the file open.
 */
final class ChannelRange extends InputStream {
    /** The JDK copies through a direct buffer as large as the read, and keeps it for the thread. */
    private static final int MOST = 128 << 10;

    private final FileChannel file;
    private long position;
    private final long end;

    /** @param size of the file */
    ChannelRange(FileChannel file, long size, long first, long length) {
        Objects.checkFromIndexSize(first, length, size);
        this.file = file;
        this.position = first;
        this.end = first + length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        int wanted = (int) Math.min(Math.min(length, MOST), end - position);
        if (wanted == 0) {
            return -1;
        }
        int read = file.read(ByteBuffer.wrap(bytes, offset, wanted), position);
        if (read < 0) {
            throw new EOFException("a blob is " + (end - position) + " bytes short");
        }
        position += read;
        return read;
    }

    @Override
    public long skip(long count) {
        long skipped = Math.max(0, Math.min(count, end - position));
        position += skipped;
        return skipped;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, end - position);
    }
}
