package io.narthex.http.pace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long a body may take. */
class BodyPaceTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int LEAST = 10 * BodyPace.LEAST_BYTES_PER_SECOND;

    private final BodyPace pace = new BodyPace(Duration.ofSeconds(10));

    /** Undertow and XNIO take less than a millisecond for no limit. */
    @Test
    void neverWaitsForNextToNothing() {
        pace.waited(10 * SECOND - 1, false);

        assertThat(pace.patience()).isEqualTo(SECOND / 10);
    }

    @Test
    void refusesABodyThatStandsStill() {
        pace.received(1_000_000);

        assertThat(pace.waited(9 * SECOND, false)).isEmpty();
        assertThat(pace.patience()).isEqualTo(SECOND);
        assertThat(pace.waited(SECOND, false))
                .hasValueSatisfying(e -> assertThat(e).hasMessage("the body stood still for 10 seconds"));
    }

    @Test
    void refusesABodyThatTrickles() {
        for (int i = 0; i < 9; i++) {
            assertThat(pace.waited(SECOND, false)).isEmpty();
            pace.received(100);
        }
        pace.received(LEAST - 901);

        assertThat(pace.waited(SECOND, false))
                .hasValueSatisfying(e -> assertThat(e).hasMessageContaining("too slowly"));
    }

    @Test
    void letsABodyPassThatIsJustFastEnoughForEver() {
        for (int i = 0; i < 1_000; i++) {
            pace.received(LEAST / 10);
            assertThat(pace.waited(SECOND, false)).isEmpty();
        }
    }

    @Test
    void measuresEachSpanAnew() {
        pace.received(100L * LEAST);
        for (int i = 0; i < 10; i++) {
            assertThat(pace.waited(SECOND, false)).isEmpty();
            pace.received(1);
        }
        for (int i = 0; i < 9; i++) {
            assertThat(pace.waited(SECOND, false)).isEmpty();
            pace.received(1);
        }

        assertThat(pace.waited(SECOND, false)).isPresent();
    }

    @Test
    void wantsMoreTheLongerOthersWait() {
        int[] wanted = {8, 16, 32, 64, 64};
        for (int kibibytes : wanted) {
            pace.received((5L * kibibytes) << 10);
            for (int i = 0; i < 5; i++) {
                assertThat(pace.waited(SECOND, true)).isEmpty();
            }
        }
        pace.received(((5L * 64) << 10) - 1);

        assertThat(pace.waited(5 * SECOND, true))
                .hasValueSatisfying(e -> assertThat(e).hasMessageContaining("65536 bytes a second"));
    }

    @Test
    void forgetsThatOthersWaitedWhenNobodyDoes() {
        for (int i = 0; i < 100; i++) {
            pace.received(BodyPace.LEAST_BYTES_PER_SECOND);
            assertThat(pace.waited(SECOND, i % 5 != 4)).isEmpty();
        }
    }
}
