package io.narthex.operations;

import io.narthex.localstore.LocalStore;
import io.narthex.localstore.StoreUnreadableException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** The health check of the machine's Nix store: its database can be read. Having no store is no fault. */
@Readiness
@ApplicationScoped
public class StoreCheck implements HealthCheck {
    @Inject
    LocalStore store;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("nix-store");
        try {
            boolean there = store.database().exists();
            if (there) {
                store.database().maxId();
            }
            return answer.withData("present", there).up().build();
        } catch (StoreUnreadableException e) {
            return answer.withData("present", true).down().build();
        }
    }
}
