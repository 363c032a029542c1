package io.narthex.operations;

import io.narthex.protocol.Lanes;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Who comes new gets a turn in every lane. */
@Readiness
@ApplicationScoped
public class LanesCheck implements HealthCheck {
    @Inject
    Lanes lanes;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("lanes");
        boolean free = true;
        for (Lanes.State lane : lanes.states()) {
            answer.withData(lane.name(), lane.stuck() ? "stuck" : lane.held() + " run, " + lane.waiting() + " wait");
            free &= !lane.stuck();
        }
        return answer.status(free).build();
    }
}
