package io.narthex.nix.nar;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A stream over the contents of one file within an archive. Closing it does nothing: the archive goes on. */
final class NarContents extends InputStream {
    private final NarInput input;
    private long left;

    NarContents(NarInput input, long size) {
        this.input = input;
        this.left = size;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int read = input.read(target, offset, (int) Math.min(length, left));
        left -= read;
        return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
        long skipped = Math.clamp(bytes, 0, left);
        input.skip(skipped);
        left -= skipped;
        return skipped;
    }

    @Override
    public int available() {
        return (int) Math.min(left, Integer.MAX_VALUE);
    }

    /** Reads over what the visitor left. */
    void finish() throws IOException {
        input.skip(left);
        left = 0;
    }
}
