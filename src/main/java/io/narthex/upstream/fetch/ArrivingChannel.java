package io.narthex.upstream.fetch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Reads a NAR file to its end while it arrives, also what may not be sent yet. For one thread. */
public final class ArrivingChannel implements ReadableByteChannel {
    private final PassingNar file;
    private long at;
    private boolean open = true;

    public ArrivingChannel(PassingNar file) {
        this.file = file;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!file.awaitArrived(at)) {
            return -1;
        }
        int read = file.read(into, at);
        at += Math.max(0, read);
        return read;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }
}
