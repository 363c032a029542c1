package io.narthex.http.pace;

import java.time.Duration;

/**
 * Measures how fast a client reads a response. Only the time counts in which the response waits for its reader, so that
 * a slow disk or database is not the reader's fault. One thread writes, another asks. Thread-safe.
 */
final class ResponsePace {
    /**
     * Of one answer while others wait: a Nix client with its 25 connections over a line of 2 Mbit/s is above it, and one
     * that is cut below it goes on from where it was, by a range.
     */
    static final int LEAST_BYTES_PER_SECOND = 8_192;

    /** Of waiting, over which the rate is measured: what the system buffers comes in bursts. */
    static final Duration SPAN = Duration.ofSeconds(5);

    private static final long SPAN_NANOS = SPAN.toNanos();
    private static final long LEAST = LEAST_BYTES_PER_SECOND * SPAN.toSeconds();

    /** Since when the answer waits for its reader, while it does. */
    private long since;

    private boolean waiting;
    private long waited;
    private long taken;
    private boolean slow;

    /**
     * The connection has taken bytes, or none.
     *
     * @param all whether it took all that there was, so that the next bytes are awaited from this server
     */
    synchronized void took(long bytes, boolean all, long now) {
        waited(now);
        taken += bytes;
        waiting = !all;
        since = now;
    }

    /** Whether in the last span of waiting less was taken than the least. */
    synchronized boolean isSlow(long now) {
        waited(now);
        return slow;
    }

    private void waited(long now) {
        if (waiting) {
            waited += now - since;
            since = now;
        }
        if (waited >= SPAN_NANOS) {
            // more than a span may have passed unseen: that much more is wanted
            slow = taken < LEAST * ((double) waited / SPAN_NANOS);
            waited = 0;
            taken = 0;
        }
    }
}
