package io.narthex.upstream;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** How an upstream stands, as this node sees it: its breaker and its counts since the start. Thread-safe. */
final class UpstreamState {
    private final String name;
    private final Breaker breaker = new Breaker(new SecureRandom());
    final LongAdder lookups = new LongAdder();
    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder refusedSignatures = new LongAdder();
    final LongAdder refusedBytes = new LongAdder();
    final LongAdder bytesFetched = new LongAdder();
    final LongAdder bytesSaved = new LongAdder();
    private volatile @Nullable Instant answeredAt;
    private volatile @Nullable Instant failedAt;
    private volatile @Nullable String failure;

    UpstreamState(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    boolean mayBeAsked() {
        return breaker.lets(System.nanoTime());
    }

    /** It gave an answer, whichever. */
    void answered() {
        breaker.answered();
        answeredAt = Instant.now();
    }

    void failed(String why) {
        breaker.failed(System.nanoTime());
        tell(why);
    }

    /** It says itself that it is asked too much. */
    void pause(Duration time) {
        breaker.pause(System.nanoTime(), time.toNanos());
        tell("it is asked too much, and says to wait " + time.toSeconds() + " s");
    }

    private void tell(String why) {
        failures.increment();
        failure = why;
        failedAt = Instant.now();
    }

    boolean isOpen() {
        return !breaker.state(System.nanoTime()).equals("closed");
    }

    HealthResponse health() {
        return new HealthResponse(
                name,
                breaker.state(System.nanoTime()),
                answeredAt,
                failure,
                failedAt,
                lookups.sum(),
                hits.sum(),
                misses.sum(),
                failures.sum(),
                refusedSignatures.sum(),
                refusedBytes.sum(),
                bytesFetched.sum(),
                bytesSaved.sum());
    }
}
