package io.narthex.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SetbacksTest {
    private static final JobKey JOB = new JobKey("sample", "here");

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
    private final Setbacks setbacks = new Setbacks(now::get);

    @Test
    void holdNothingBackThatNeverFailedOrOnce() {
        assertThat(setbacks.holdBack(JOB)).isFalse();

        setbacks.ended(JOB, JobOutcome.FAILED);

        assertThat(setbacks.holdBack(JOB)).isFalse();
    }

    /** Seconds between the first and the last failure, and since then. */
    @ParameterizedTest
    @CsvSource({
        "10, 9, true",
        "10, 10, false",
        "300, 299, true",
        "300, 300, false",
        "90000, 599, true",
        "90000, 600, false"
    })
    void holdBackForAsLongAsItHasFailedTenMinutesAtMost(long failing, long since, boolean held) {
        setbacks.ended(JOB, JobOutcome.FAILED);
        pass(failing);
        setbacks.ended(JOB, JobOutcome.FAILED);
        pass(since);

        assertThat(setbacks.holdBack(JOB)).isEqualTo(held);
        assertThat(setbacks.holdBack(new JobKey("sample", "elsewhere"))).isFalse();
    }

    @Test
    void forgetWhatSucceededAndNotWhatWasInterrupted() {
        setbacks.ended(JOB, JobOutcome.FAILED);
        pass(60);
        setbacks.ended(JOB, JobOutcome.FAILED);
        setbacks.ended(JOB, JobOutcome.INTERRUPTED);
        assertThat(setbacks.holdBack(JOB)).isTrue();

        setbacks.ended(JOB, JobOutcome.SUCCEEDED);
        assertThat(setbacks.holdBack(JOB)).isFalse();
        setbacks.ended(JOB, JobOutcome.FAILED);
        assertThat(setbacks.holdBack(JOB)).isFalse();
    }

    private void pass(long seconds) {
        now.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }
}
