package io.narthex.receive;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The few buffers that a stream goes through on its way to all that look at it. Lends a hand when they fall behind. One
 * stream's thread uses it.
 */
final class BufferRing {
    /** So many are under way at most. */
    static final int MOST = 4;

    private final Supplier<ByteBuffer> memory;
    private final List<AsyncTask> asides;
    private final Semaphore free = new Semaphore(MOST);
    private final ConcurrentLinkedQueue<ByteBuffer> idle = new ConcurrentLinkedQueue<>();

    /** @param memory makes a buffer, whole and cleared */
    BufferRing(Supplier<ByteBuffer> memory, List<AsyncTask> asides) {
        this.memory = memory;
        this.asides = asides;
    }

    /** An empty buffer; waits until there is one. */
    ByteBuffer next() {
        if (!free.tryAcquire()) {
            asides.forEach(AsyncTask::help);
            free.acquireUninterruptibly();
        }
        ByteBuffer known = idle.poll();
        return known == null ? memory.get() : known;
    }

    /**
     * Shows to all what lies between a buffer's position and limit. The caller too may look at it, until it
     * releases what it gets.
     */
    Shown show(ByteBuffer piece) {
        Shown shown = new Shown(piece, asides.size() + 1);
        for (AsyncTask aside : asides) {
            aside.add(piece.duplicate(), shown::release);
        }
        return shown;
    }

    /** One that was shown to nobody. */
    void giveBack(ByteBuffer piece) {
        idle.add(piece.clear());
        free.release();
    }

    /** Hands all memory over, when nobody looks at it any more. */
    void drain(Consumer<ByteBuffer> memory) {
        for (ByteBuffer piece = idle.poll(); piece != null; piece = idle.poll()) {
            memory.accept(piece);
        }
    }

    /** A piece that somebody looks at. */
    final class Shown {
        private final ByteBuffer piece;
        private final AtomicInteger users;

        private Shown(ByteBuffer piece, int users) {
            this.piece = piece;
            this.users = new AtomicInteger(users);
        }

        /** One user is done with it. */
        void release() {
            if (users.decrementAndGet() == 0) {
                giveBack(piece);
            }
        }
    }
}
