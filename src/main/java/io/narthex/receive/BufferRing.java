package io.narthex.receive;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Lends the few buffers that a stream passes through on its way to all that look at it, and helps those who fall
 * behind. One stream's thread uses it.
 */
final class BufferRing {
    /** So many are under way at most. */
    static final int MOST = 4;

    private final Supplier<ByteBuffer> memory;
    private final List<AsyncTask> tasks;
    private final Semaphore free = new Semaphore(MOST);
    private final ConcurrentLinkedQueue<ByteBuffer> idle = new ConcurrentLinkedQueue<>();

    /** @param memory makes a buffer, whole and cleared */
    BufferRing(Supplier<ByteBuffer> memory, List<AsyncTask> tasks) {
        this.memory = memory;
        this.tasks = tasks;
    }

    /** An empty buffer; waits until there is one. */
    ByteBuffer next() {
        if (!free.tryAcquire()) {
            tasks.forEach(AsyncTask::help);
            free.acquireUninterruptibly();
        }
        ByteBuffer known = idle.poll();
        return known == null ? memory.get() : known;
    }

    /**
     * Shows to all what lies between a buffer's position and limit. The caller too may look at it, until it
     * releases what it gets.
     */
    Shown show(ByteBuffer buffer) {
        Shown shown = new Shown(buffer, tasks.size() + 1);
        for (AsyncTask task : tasks) {
            task.add(buffer.duplicate(), shown::release);
        }
        return shown;
    }

    /** One that was shown to nobody. */
    void giveBack(ByteBuffer buffer) {
        idle.add(buffer.clear());
        free.release();
    }

    /** Hands all memory over, when nobody looks at it any more. */
    void drain(Consumer<ByteBuffer> memory) {
        for (ByteBuffer buffer = idle.poll(); buffer != null; buffer = idle.poll()) {
            memory.accept(buffer);
        }
    }

    /** A buffer that somebody looks at. */
    final class Shown {
        private final ByteBuffer buffer;
        private final AtomicInteger users;

        private Shown(ByteBuffer buffer, int users) {
            this.buffer = buffer;
            this.users = new AtomicInteger(users);
        }

        /** One user is done with it. */
        void release() {
            if (users.decrementAndGet() == 0) {
                giveBack(buffer);
            }
        }
    }
}
