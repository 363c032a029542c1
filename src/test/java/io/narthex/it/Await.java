package io.narthex.it;

import java.time.Duration;
import java.time.Instant;

/** Waits for what comes soon by itself. Its patience is for a machine that has no time; a test that passes takes none of it. */
public final class Await {
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final long POLL_MILLIS = 10;

    private Await() {}

    /** What is waited for. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Returns once it holds.
     *
     * @param what as the message names it
     * @throws AssertionError when it does not hold for two minutes
     */
    public static void until(String what, Condition condition) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.holds()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("in two minutes there was no " + what);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }
}
