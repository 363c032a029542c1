package io.narthex.http.pace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResponsePaceTest {
    private static final long SECOND = 1_000_000_000;
    /** An odd beginning, as {@link System#nanoTime()} has. */
    private static final long BEGIN = -5 * SECOND;

    private final ResponsePace pace = new ResponsePace();
    private long now = BEGIN;

    /** The connection takes so many bytes each second and is full behind them. */
    private void read(int seconds, long bytes) {
        for (int i = 0; i < seconds; i++) {
            now += SECOND;
            pace.took(bytes, false, now);
        }
    }

    private void full() {
        pace.took(0, false, now);
    }

    @Test
    void isNotSlowBeforeItWasSeenForASpan() {
        full();
        read(4, 0);

        assertThat(pace.isSlow(now)).isFalse();
    }

    @Test
    void isSlowWhenLessThanTheLeastIsTakenInASpan() {
        full();
        read(5, ResponsePace.LEAST_BYTES_PER_SECOND - 1);

        assertThat(pace.isSlow(now)).isTrue();
    }

    @Test
    void isNotSlowWithJustTheLeast() {
        full();
        read(60, ResponsePace.LEAST_BYTES_PER_SECOND);

        assertThat(pace.isSlow(now)).isFalse();
    }

    @Test
    void isSlowWhenNothingIsTakenAndNobodyWrites() {
        full();

        assertThat(pace.isSlow(now + 5 * SECOND)).isTrue();
    }

    @Test
    void doesNotBlameAReaderForWhatThisServerIsSlowToGive() {
        for (int i = 0; i < 100; i++) {
            now += SECOND;
            pace.took(100, true, now);
        }

        assertThat(pace.isSlow(now + 100 * SECOND)).isFalse();
    }

    @Test
    void forgivesWhoReadsFasterAgain() {
        full();
        read(5, 0);
        assertThat(pace.isSlow(now)).isTrue();
        read(5, 1_000_000);

        assertThat(pace.isSlow(now)).isFalse();
    }

    @Test
    void isNotDeceivedByABurstBeforeALongSilence() {
        full();
        read(1, ResponsePace.LEAST_BYTES_PER_SECOND * 6L);
        now += 600 * SECOND;

        assertThat(pace.isSlow(now)).isTrue();
    }
}
