package io.narthex.upstream;

import java.util.random.RandomGenerator;

/** Stops asking who failed several times in a row, for a while. Thread-safe. */
final class Breaker {
    private static final int FAILURES = 3;
    private static final long LEAST_NANOS = 30_000_000_000L;
    private static final long MOST_NANOS = 60_000_000_000L;

    private final RandomGenerator random;
    private int failures;
    private long until;
    private boolean open;
    private boolean trying;

    Breaker(RandomGenerator random) {
        this.random = random;
    }

    /** Whether a request may go out now; one alone where it was closed for long enough, and then tells how it went. */
    synchronized boolean lets(long now) {
        if (!open) {
            return true;
        }
        if (now - until < 0 || trying) {
            return false;
        }
        trying = true;
        return true;
    }

    synchronized void answered() {
        failures = 0;
        open = false;
        trying = false;
    }

    synchronized void failed(long now) {
        failures++;
        if (trying || failures >= FAILURES) {
            // not all nodes, nor all upstreams behind one line, at the same moment
            open(now + random.nextLong(LEAST_NANOS, MOST_NANOS + 1));
        }
    }

    /** It says itself that it is not to be asked for so long. */
    synchronized void pause(long now, long nanos) {
        open(now + Math.min(nanos, MOST_NANOS));
    }

    private void open(long end) {
        open = true;
        trying = false;
        until = end;
    }

    synchronized String state(long now) {
        return !open ? "closed" : now - until < 0 ? "open" : "half-open";
    }
}
