package io.narthex.auditor;

import java.util.concurrent.TimeUnit;

/** Says when a job is due that runs at the start and then once in a period. Thread-safe. */
final class Schedule {
    private final long periodNanos;
    private volatile long finishedAt;

    Schedule(long period, TimeUnit unit) {
        periodNanos = unit.toNanos(period);
        finishedAt = System.nanoTime() - periodNanos;
    }

    boolean isDue() {
        return System.nanoTime() - finishedAt >= periodNanos;
    }

    void finished() {
        finishedAt = System.nanoTime();
    }
}
