package io.narthex.thread;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GuardedTest {
    private static final List<Throwable> FAILURES = List.of(
            new OutOfMemoryError("for the test"),
            new StackOverflowError("for the test"),
            new NoClassDefFoundError("for the test"),
            new IllegalStateException("for the test"));

    @Test
    void letsATimerCallAgainWhateverWasThrown() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch past = new CountDownLatch(FAILURES.size() + 1);
        Runnable work = () -> {
            past.countDown();
            int call = calls.getAndIncrement();
            if (call < FAILURES.size()) {
                throw unchecked(FAILURES.get(call));
            }
        };
        try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor()) {
            ScheduledFuture<?> running =
                    timer.scheduleWithFixedDelay(new Guarded("test", work), 0, 1, TimeUnit.MILLISECONDS);

            assertThat(past.await(30, TimeUnit.SECONDS)).isTrue();
            running.cancel(false);
        }
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }
}
