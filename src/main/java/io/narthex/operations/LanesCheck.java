package io.narthex.operations;

import io.narthex.lane.Lanes;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** The health check of the lanes: whoever comes new gets a turn in each. */
@Readiness
@ApplicationScoped
public class LanesCheck implements HealthCheck {
    @Inject
    Lanes lanes;

    @Override
    public HealthCheckResponse call() {
        return answer(lanes.states());
    }

    static HealthCheckResponse answer(List<Lanes.State> states) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("lanes");
        boolean free = true;
        for (Lanes.State lane : states) {
            response.withData(lane.name(), lane.stuck() ? "stuck" : lane.held() + " run, " + lane.waiting() + " wait");
            free &= !lane.stuck();
        }
        return response.status(free).build();
    }
}
