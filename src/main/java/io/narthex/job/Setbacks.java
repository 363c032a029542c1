package io.narthex.job;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Remembers which jobs failed when they ran last, so that they do not run again and again for nothing: each is left alone for as long
 * as it has failed by then. What was away for a moment is tried again at once; what stays broken fills neither the log nor the
 * history of runs. Thread-safe.
 */
final class Setbacks {
    /** Whoever has mended what was broken does not wait for longer than that; a run by hand begins at any time. */
    private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final LongSupplier nanoTime;
    private final Map<JobKey, Setback> known = new ConcurrentHashMap<>();

    /**
     * @param first when the first of its runs failed since one succeeded
     * @param last when the last one did
     */
    private record Setback(long first, long last) {
        boolean holdsBack(long now) {
            return now - last < Math.min(last - first, MOST_NANOS);
        }
    }

    /** @param nanoTime as {@link System#nanoTime()} tells it */
    Setbacks(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A run of it ended so. One that was interrupted says nothing of the next. */
    void ended(JobKey job, JobOutcome outcome) {
        if (outcome == JobOutcome.SUCCEEDED) {
            known.remove(job);
        } else if (outcome == JobOutcome.FAILED) {
            long now = nanoTime.getAsLong();
            known.merge(job, new Setback(now, now), (before, failed) -> new Setback(before.first(), now));
        }
    }

    /** Whether it is to be left alone for now. */
    boolean holdBack(JobKey job) {
        Setback setback = known.get(job);
        return setback != null && setback.holdsBack(nanoTime.getAsLong());
    }
}
