package io.narthex.blob;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures which of two ways to write is faster on this machine now: through the system's cache, or past it. Through
 * the cache is mostly, as long as that has memory at hand: a virtual machine whose host must find the memory first, or
 * a cache that waits for its disk, is several times as slow as the disk itself. Thread-safe; of two samples at the same
 * moment one may be lost.
 */
final class WriteCosts {
    /** What direct writing takes before it was tried: 650 MB/s. */
    private static final double ASSUMED_NANOS_PER_BYTE = 1.5;

    /** One in so many goes the slower way, to see whether it still is. */
    private static final int PROBE = 32;

    /** By how much the direct way must be faster to be taken: it leaves the cache cold for who reads next. */
    private static final double MARGIN = 1.5;

    /** How much one sample counts. */
    private static final double WEIGHT = 0.125;

    private final AtomicLong asked = new AtomicLong();
    private volatile double cached;
    private volatile double direct = ASSUMED_NANOS_PER_BYTE;

    /** Whether the next piece is to be written past the cache. */
    boolean isDirect() {
        boolean faster = MARGIN * direct < cached;
        return (asked.incrementAndGet() % PROBE == 0) != faster;
    }

    void tookCached(long nanos, long bytes) {
        cached = averaged(cached, nanos, bytes);
    }

    void tookDirect(long nanos, long bytes) {
        direct = averaged(direct, nanos, bytes);
    }

    /** A thread that had to wait for a processor once says nothing of the disk. */
    private static double averaged(double average, long nanos, long bytes) {
        double sample = Math.min((double) nanos / bytes, 3 * average + ASSUMED_NANOS_PER_BYTE / 3);
        return average + WEIGHT * (sample - average);
    }
}
