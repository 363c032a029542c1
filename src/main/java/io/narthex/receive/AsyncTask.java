package io.narthex.receive;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Does some work with each piece of a stream, one after the other, on another thread while this one receives more.
 * After it failed once it does nothing. One stream's thread uses it.
 */
final class AsyncTask {
    private final Executor executor;
    private final Work work;
    private final ConcurrentLinkedQueue<Piece> waiting = new ConcurrentLinkedQueue<>();
    /** One while somebody works or nothing is to be done. */
    private final Semaphore turn = new Semaphore(1);

    private volatile @Nullable Throwable failure;
    private volatile boolean stopped;

    /** Takes all that remains in a buffer, whose position and limit are its own. */
    interface Work {
        void take(ByteBuffer bytes) throws Exception;
    }

    private record Piece(ByteBuffer bytes, Runnable done) {}

    /** @param executor may run what it gets in the calling thread, or never: then {@link #help} does */
    AsyncTask(Executor executor, Work work) {
        this.executor = executor;
        this.work = work;
    }

    /** @param done called when nobody here looks at the bytes any more */
    void add(ByteBuffer bytes, Runnable done) {
        waiting.add(new Piece(bytes, done));
        executor.execute(this::help);
    }

    /** Does all that waits, unless somebody is at it, who then sees what came meanwhile. */
    void help() {
        while (!waiting.isEmpty() && turn.tryAcquire()) {
            try {
                takeAll();
            } finally {
                turn.release();
            }
        }
    }

    /** Returns when all is done. */
    void finish() {
        turn.acquireUninterruptibly();
        try {
            takeAll();
        } finally {
            turn.release();
        }
    }

    /** Leaves undone what has not begun, and returns when nothing is under way. */
    void stop() {
        stopped = true;
        finish();
    }

    /** What it failed with, if it did. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    private void takeAll() {
        for (Piece piece = waiting.poll(); piece != null; piece = waiting.poll()) {
            try {
                if (failure == null && !stopped) {
                    work.take(piece.bytes);
                }
            } catch (Throwable e) {
                failure = e;
            } finally {
                piece.done.run();
            }
        }
    }
}
