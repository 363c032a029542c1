package io.narthex.trust;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExchangeLimitTest {
    private long now = 1;
    private final ExchangeLimit limit = new ExchangeLimit(() -> now);

    private int taken(String address) {
        int taken = 0;
        while (taken <= ExchangeLimit.BURST && limit.take(address)) {
            taken++;
        }
        return taken;
    }

    @Test
    void letsEachAddressTrySoOften() {
        assertThat(taken("a")).isEqualTo(ExchangeLimit.BURST);
        assertThat(limit.take("a")).isFalse();
        assertThat(taken("b")).isEqualTo(ExchangeLimit.BURST);
    }

    @Test
    void letsItTryAgainWithTime() {
        taken("a");
        now += 3 * ExchangeLimit.REFILL.toNanos();
        assertThat(taken("a")).isEqualTo(3);
        now += 1_000 * ExchangeLimit.REFILL.toNanos();
        assertThat(taken("a")).isEqualTo(ExchangeLimit.BURST);
    }

    @Test
    void countsNothingThatSucceeded() {
        for (int i = 0; i < 10 * ExchangeLimit.BURST; i++) {
            assertThat(limit.take("a")).isTrue();
            limit.giveBack("a");
        }
        assertThat(taken("a")).isEqualTo(ExchangeLimit.BURST);
        limit.giveBack("never seen");
    }
}
