package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final Breaker breaker = new Breaker(new Random(1));

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(0);
        }
    }

    @Test
    void opensAfterThreeFailuresInARowForHalfAMinuteToAMinute() {
        fail(2);
        assertThat(breaker.lets(0)).isTrue();

        fail(1);

        assertThat(breaker.lets(0)).isFalse();
        assertThat(breaker.lets(MINUTE / 2 - 1)).isFalse();
        assertThat(breaker.state(0)).isEqualTo("open");
        assertThat(breaker.state(MINUTE)).isEqualTo("half-open");
        assertThat(breaker.lets(MINUTE)).isTrue();
    }

    @Test
    void staysClosedWhereAnAnswerComesBetween() {
        fail(2);
        breaker.answered();
        fail(2);

        assertThat(breaker.state(0)).isEqualTo("closed");
    }

    @Test
    void letsOneAloneTryAgain() {
        fail(3);
        assertThat(breaker.lets(MINUTE)).isTrue();
        assertThat(breaker.lets(MINUTE)).isFalse();

        breaker.answered();

        assertThat(breaker.lets(MINUTE)).isTrue();
        assertThat(breaker.lets(MINUTE)).isTrue();
    }

    @Test
    void opensAgainAtOnceWhereThatOneFails() {
        fail(3);
        assertThat(breaker.lets(MINUTE)).isTrue();

        breaker.failed(MINUTE);

        assertThat(breaker.lets(MINUTE + MINUTE / 2 - 1)).isFalse();
        assertThat(breaker.lets(3 * MINUTE)).isTrue();
    }

    @Test
    void waitsAsLongAsItIsToldAndNoLongerThanAMinute() {
        breaker.pause(0, MINUTE / 6);
        assertThat(breaker.lets(MINUTE / 6 - 1)).isFalse();
        assertThat(breaker.lets(MINUTE / 6)).isTrue();

        breaker.pause(0, TimeUnit.DAYS.toNanos(1));
        assertThat(breaker.lets(MINUTE)).isTrue();
    }
}
