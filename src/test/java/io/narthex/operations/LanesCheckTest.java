package io.narthex.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.lane.Lanes;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LanesCheckTest {
    private static final Lanes.State BUSY = new Lanes.State("uploads", 32, 100, false);

    @BeforeEach
    void prepare() {
        PlainHealth.use();
    }

    @Test
    void isUpAsLongAsNewcomersGetTheirTurn() {
        HealthCheckResponse answer = LanesCheck.answer(List.of(BUSY, new Lanes.State("requests", 0, 0, false)));

        assertThat(answer.getStatus()).isEqualTo(Status.UP);
        assertThat(answer.getData().orElseThrow())
                .isEqualTo(Map.of("uploads", "32 run, 100 wait", "requests", "0 run, 0 wait"));
    }

    @Test
    void isDownWhereOneLaneGivesNewcomersNoTurn() {
        HealthCheckResponse answer = LanesCheck.answer(List.of(new Lanes.State("downloads", 256, 2_048, true), BUSY));

        assertThat(answer.getStatus()).isEqualTo(Status.DOWN);
        assertThat(answer.getData().orElseThrow())
                .isEqualTo(Map.of("downloads", "stuck", "uploads", "32 run, 100 wait"));
    }
}
