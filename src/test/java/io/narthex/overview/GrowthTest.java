package io.narthex.overview;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.overview.Overview.Forecast;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class GrowthTest {
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

    private static Forecast forecast(OptionalDouble perDay, long room) {
        return new Growth(500, perDay).forecast(room, NOW);
    }

    @Test
    void saysWhenTheRoomIsUsedUp() {
        assertThat(forecast(OptionalDouble.of(100), 1_000))
                .isEqualTo(new Forecast(500, 100L, NOW.plus(Duration.ofDays(10))));
        assertThat(forecast(OptionalDouble.of(100), 0)).isEqualTo(new Forecast(500, 100L, NOW));
    }

    @Test
    void saysNothingWhereNothingGrows() {
        assertThat(forecast(OptionalDouble.of(0), 1_000)).isEqualTo(new Forecast(500, 0L, null));
        assertThat(forecast(OptionalDouble.of(-5), 1_000)).isEqualTo(new Forecast(500, -5L, null));
        assertThat(forecast(OptionalDouble.empty(), 1_000)).isEqualTo(new Forecast(500, null, null));
    }

    @Test
    void saysNothingWhereThereIsRoomForGood() {
        assertThat(forecast(OptionalDouble.of(1), Long.MAX_VALUE).fullAt()).isNull();
    }
}
