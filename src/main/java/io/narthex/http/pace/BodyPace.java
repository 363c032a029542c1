package io.narthex.http.pace;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides whether a request body comes fast enough: it may neither stand still for long nor trickle. While somebody who
 * has less waits for the place that the body holds, it must come faster, and the longer that lasts the faster. Only
 * time spent waiting for the client counts, so that a slow disk is not the client's fault. For one body and one thread
 * at a time.
 */
public final class BodyPace {
    /** Slower than any line that a store path comes over; what holds one of few places must come to an end. */
    static final int LEAST_BYTES_PER_SECOND = 1_024;
    /** While others wait: what a poor mobile line sends. */
    static final int LEAST_WHILE_WANTED = 8 << 10;
    /** After a while: a share of a slow line at home. A faster sender has ended long before. */
    static final int MOST_WHILE_WANTED = 64 << 10;

    /** Over how long the rate is measured while others wait: a short stop on the way is no slowness. */
    private static final Duration WANTED_SPAN = Duration.ofSeconds(5);
    /** So often is asked whether others wait. */
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    /**
     * The shortest wait. What is left of a span may be less than a millisecond, which Undertow's conduit for {@code Expect:
     * 100-continue} rounds to none, and XNIO waits for ever where it is told to wait for no time.
     */
    private static final long LEAST_WAIT_NANOS = Duration.ofMillis(100).toNanos();

    private final long idleNanos;
    private final Span usual = new Span();
    private final Span wanted = new Span();
    private long still;
    private int least = LEAST_WHILE_WANTED;

    /** @param idle how long a body may stand still, and over how long its rate is measured */
    public BodyPace(Duration idle) {
        idleNanos = idle.toNanos();
    }

    /** What came in a time that was spent waiting. */
    private static final class Span {
        private long waited;
        private long received;

        /** Whether less came than so many bytes a second. */
        boolean isSlower(int least) {
            return received < least * Duration.ofNanos(waited).toSeconds();
        }

        void restart() {
            waited = 0;
            received = 0;
        }
    }

    /** Nanoseconds to wait before {@link #waited} has something to say. */
    long patience() {
        return Math.max(LEAST_WAIT_NANOS, Math.min(LOOK_NANOS, idleNanos - Math.max(still, usual.waited)));
    }

    /** Bytes came. */
    public void received(long bytes) {
        still = 0;
        usual.received += bytes;
        wanted.received += bytes;
    }

    /**
     * Somebody waited for bytes; gives what is wrong with the body, if anything is now.
     *
     * @param isWanted whether somebody who has less waits for what the body holds
     */
    public Optional<SocketTimeoutException> waited(long nanos, boolean isWanted) {
        still += nanos;
        usual.waited += nanos;
        long seconds = Duration.ofNanos(idleNanos).toSeconds();
        if (still >= idleNanos) {
            return Optional.of(new SocketTimeoutException("the body stood still for " + seconds + " seconds"));
        }
        if (usual.waited >= idleNanos) {
            long bytes = LEAST_BYTES_PER_SECOND * seconds;
            boolean slow = usual.isSlower(LEAST_BYTES_PER_SECOND);
            usual.restart();
            if (slow) {
                return Optional.of(new SocketTimeoutException("the body comes too slowly: at least " + bytes
                        + " bytes are wanted in " + seconds + " seconds"));
            }
        }
        return isWanted ? crowded(nanos) : alone();
    }

    private Optional<SocketTimeoutException> alone() {
        wanted.restart();
        least = LEAST_WHILE_WANTED;
        return Optional.empty();
    }

    private Optional<SocketTimeoutException> crowded(long nanos) {
        wanted.waited += nanos;
        if (wanted.waited < WANTED_SPAN.toNanos()) {
            return Optional.empty();
        }
        if (wanted.isSlower(least)) {
            return Optional.of(new SocketTimeoutException("the body comes too slowly while others wait: at least "
                    + least + " bytes a second are wanted now"));
        }
        wanted.restart();
        least = Math.min(MOST_WHILE_WANTED, 2 * least);
        return Optional.empty();
    }
}
