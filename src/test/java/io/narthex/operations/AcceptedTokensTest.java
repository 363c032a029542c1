package io.narthex.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AcceptedTokensTest {
    private static final List<String> GOOD = List.of("Bearer good");

    private final AtomicLong now = new AtomicLong();
    private final AcceptedTokens accepted = new AcceptedTokens(now::get);

    @Test
    void remembersForAnHourWhatWasGood() {
        accepted.add(GOOD);

        now.set(TimeUnit.MINUTES.toNanos(59));
        assertThat(accepted.has(GOOD)).isTrue();
        now.set(TimeUnit.MINUTES.toNanos(60));
        assertThat(accepted.has(GOOD)).isFalse();
    }

    @Test
    void knowsNothingElse() {
        accepted.add(GOOD);

        assertThat(accepted.has(List.of("Bearer other"))).isFalse();
        assertThat(accepted.has(List.of())).isFalse();
    }

    @Test
    void forgetsWhatIsNotGoodAnyMore() {
        accepted.add(GOOD);
        accepted.remove(GOOD);

        assertThat(accepted.has(GOOD)).isFalse();
    }

    @Test
    void keepsTheNewestSixteen() {
        accepted.add(GOOD);
        for (int i = 0; i < 16; i++) {
            accepted.add(List.of("Bearer " + i));
        }

        assertThat(accepted.has(GOOD)).isFalse();
        assertThat(accepted.has(List.of("Bearer 0"))).isTrue();
    }
}
