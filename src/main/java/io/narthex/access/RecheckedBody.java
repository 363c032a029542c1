package io.narthex.access;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Wraps a request body and has a decision taken again when the body ends. */
final class RecheckedBody extends FilterInputStream {
    private final Runnable decision;
    private boolean taken;

    /** @param decision throws what the reader is to get instead of the end */
    RecheckedBody(InputStream body, Runnable decision) {
        super(body);
        this.decision = decision;
    }

    @Override
    public int read() throws IOException {
        return seen(super.read());
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return seen(super.read(target, offset, length));
    }

    private int seen(int read) {
        if (read < 0 && !taken) {
            taken = true;
            decision.run();
        }
        return read;
    }
}
