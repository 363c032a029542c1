package io.narthex.blob;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * Takes the bytes of one new blob in. If it is closed without {@link #finish()}, or if finishing fails, it leaves
 * nothing behind; so {@code try (BlobWriter writer = store.create())} is all the care that it needs.
 *
 * <p>Every write may throw {@link NoRoomException}.
 */
public abstract class BlobWriter extends OutputStream {
    private final BlobKey key;

    BlobWriter(BlobKey key) {
        this.key = key;
    }

    /** The key of the blob to be, from the beginning on. */
    public final BlobKey key() {
        return key;
    }

    /** Bytes taken so far. */
    public abstract long size();

    /** Takes all that remains in the buffer. */
    public abstract void write(ByteBuffer bytes) throws IOException;

    @Override
    public final void write(byte[] bytes, int offset, int length) throws IOException {
        write(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public final void write(int b) throws IOException {
        write(ByteBuffer.wrap(new byte[] {(byte) b}));
    }

    /**
     * All bytes were handed over; makes them durable on a thread of the store's. The result completes when the bytes and
     * the way to them survive a power cut, or with an {@link IOException}. Waits only if very many syncs are under way.
     *
     * <p>What is chained to the result without an executor runs on a thread that syncs: keep it short.
     */
    public abstract CompletableFuture<Void> finish() throws IOException;

    /** Throws away what was written, unless {@link #finish()} was called: then the blob stays and this does nothing. */
    @Override
    public abstract void close();
}
