package io.narthex.operations;

import io.narthex.index.PathIndex;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** The health check of the index: memory knows what the index has. */
@Readiness
@ApplicationScoped
public class IndexCheck implements HealthCheck {
    @Inject
    PathIndex index;

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("index").status(index.isLoaded()).build();
    }
}
