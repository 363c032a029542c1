package io.narthex.operations;

import io.narthex.change.DatabasePulse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** PostgreSQL answers. */
@Readiness
@ApplicationScoped
public class DatabaseCheck implements HealthCheck {
    @Inject
    DatabasePulse pulse;

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("database")
                .status(pulse.beat().isHeard())
                .build();
    }
}
