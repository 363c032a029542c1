package io.narthex.http;

import java.time.Duration;
import java.util.Optional;

/**
 * Whether a request body comes fast enough: it may neither stand still for long nor trickle. Only the time counts that was
 * spent waiting for it, so that a disk that is slow is not the client's fault. For one body and one thread at a time.
 */
final class BodyPace {
    /** Slower than any line that a store path comes over; what holds one of few places must come to an end. */
    static final int LEAST_BYTES_PER_SECOND = 1_024;

    private final long idleNanos;
    private long still;
    private long waited;
    private long received;

    /** @param idle how long a body may stand still, and over how long its rate is measured */
    BodyPace(Duration idle) {
        idleNanos = idle.toNanos();
    }

    /** Nanoseconds to wait before {@link #waited} has something to say. */
    long patience() {
        return Math.max(1, idleNanos - Math.max(still, waited));
    }

    /** Bytes came. */
    void received(long bytes) {
        still = 0;
        received += bytes;
    }

    /** Somebody waited for bytes; gives what is wrong with the body, if anything is now. */
    Optional<String> waited(long nanos) {
        still += nanos;
        waited += nanos;
        long seconds = Duration.ofNanos(idleNanos).toSeconds();
        if (still >= idleNanos) {
            return Optional.of("the body stood still for " + seconds + " seconds");
        }
        if (waited < idleNanos) {
            return Optional.empty();
        }
        long least = LEAST_BYTES_PER_SECOND * seconds;
        boolean slow = received < least;
        waited = 0;
        received = 0;
        return slow
                ? Optional.of(
                        "the body comes too slowly: at least " + least + " bytes are wanted in " + seconds + " seconds")
                : Optional.empty();
    }
}
