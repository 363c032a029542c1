package io.narthex.operations;

import io.narthex.change.ChangeFeed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** The health check {@code database}: PostgreSQL answers, and the other nodes know of this one. */
@Readiness
@ApplicationScoped
public class DatabaseCheck implements HealthCheck {
    @Inject
    ChangeFeed feed;

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("database")
                .status(feed.heartbeat().isHeard() && feed.mayPublish())
                .build();
    }
}
