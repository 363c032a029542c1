package io.narthex.blob;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WriteCostsTest {
    private static final int PIECE = 512 << 10;

    private final WriteCosts costs = new WriteCosts();

    @Test
    void usesTheCacheWhereThatIsFast() {
        assertThat(directOf(100, 0.3, 0.9)).isLessThanOrEqualTo(4);
    }

    @Test
    void goesPastASlowCacheAndBackWhenItIsFastAgain() {
        assertThat(directOf(20, 3, 0.9)).isPositive();
        assertThat(directOf(100, 3, 0.9)).isBetween(90L, 99L);
        assertThat(directOf(1_000, 0.3, 0.9)).isLessThan(500);
        assertThat(directOf(100, 0.3, 0.9)).isLessThanOrEqualTo(4);
    }

    @Test
    void usesTheCacheOfASlowDisk() {
        assertThat(directOf(200, 3, 8)).isLessThan(100);
        assertThat(directOf(100, 3, 8)).isLessThanOrEqualTo(4);
    }

    @Test
    void overlooksAThreadThatWaitedOnce() {
        directOf(100, 0.3, 0.9);
        costs.tookCached(50_000_000, PIECE);

        assertThat(directOf(20, 0.3, 0.9)).isLessThanOrEqualTo(1);
    }

    /** How many of so many pieces were written directly, at these costs in nanoseconds per byte. */
    private long directOf(int pieces, double cached, double direct) {
        long count = 0;
        for (int i = 0; i < pieces; i++) {
            if (costs.isDirect()) {
                count++;
                costs.tookDirect((long) (direct * PIECE), PIECE);
            } else {
                costs.tookCached((long) (cached * PIECE), PIECE);
            }
        }
        return count;
    }
}
