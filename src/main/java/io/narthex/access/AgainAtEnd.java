package io.narthex.access;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body behind whose end a decision is taken again. */
final class AgainAtEnd extends FilterInputStream {
    private final Runnable decision;
    private boolean taken;

    /** @param decision throws what the reader is to get instead of the end */
    AgainAtEnd(InputStream body, Runnable decision) {
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
