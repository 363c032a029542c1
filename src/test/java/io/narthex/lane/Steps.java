package io.narthex.lane;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Runs the steps of answers on threads of its own, and knows when none is under way. Thread-safe. */
final class Steps implements Executor, AutoCloseable {
    /** More than any step takes; whoever waits longer waits for what never comes. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final ThreadLocal<Boolean> isStep = ThreadLocal.withInitial(() -> false);
    private boolean begun;
    private int underWay;

    @Override
    public synchronized void execute(Runnable step) {
        begun = true;
        underWay++;
        threads.execute(() -> {
            isStep.set(true);
            try {
                step.run();
            } finally {
                end();
            }
        });
    }

    private synchronized void end() {
        underWay--;
        notifyAll();
    }

    /** Waits until a first step was given here, and none is under way but the one that asks. */
    synchronized void awaitOthers() {
        int own = isStep.get() ? 1 : 0;
        long end = System.nanoTime() + PATIENCE_NANOS;
        try {
            while (!begun || underWay > own) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new IllegalStateException(underWay + " steps do not end");
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
