package io.narthex.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final Instant BEGUN = Instant.parse("2027-01-01T00:00:00Z");
    private static final Instant AT = BEGUN.plusSeconds(10);

    @Test
    void tellsTheEndFromWhatWasDoneSoFar() {
        assertThat(Pace.of(BEGUN, AT, 50L, 200L)).isEqualTo(new Pace(5.0, AT.plusSeconds(30)));
    }

    @Test
    void endsNowWhereAllIsDone() {
        assertThat(Pace.of(BEGUN, AT, 200L, 200L).eta()).isEqualTo(AT);
    }

    @Test
    void knowsNoEndWithoutATotalOrWithoutAPace() {
        assertThat(Pace.of(BEGUN, AT, 50L, null)).isEqualTo(new Pace(5.0, null));
        assertThat(Pace.of(BEGUN, AT, 0L, 200L)).isEqualTo(new Pace(0.0, null));
    }

    @Test
    void knowsNothingBeforeTheFirstStep() {
        assertThat(Pace.of(BEGUN, null, null, null)).isEqualTo(new Pace(null, null));
        assertThat(Pace.of(BEGUN, BEGUN, 5L, 10L)).isEqualTo(new Pace(null, null));
    }

    @Test
    void namesNoEndThatNobodyLivesToSee() {
        assertThat(Pace.of(BEGUN, AT, 1L, Long.MAX_VALUE).eta()).isNull();
    }
}
