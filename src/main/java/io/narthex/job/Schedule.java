package io.narthex.job;

import java.util.concurrent.TimeUnit;

/** Says when a job is due that runs at the start of its server and then once in a period. Thread-safe. */
public final class Schedule {
    private final long periodNanos;
    private volatile long finishedAt;

    public Schedule(long period, TimeUnit unit) {
        periodNanos = unit.toNanos(period);
        finishedAt = System.nanoTime() - periodNanos;
    }

    public boolean isDue() {
        return System.nanoTime() - finishedAt >= periodNanos;
    }

    public void finished() {
        finishedAt = System.nanoTime();
    }
}
