package io.narthex.access;

import io.narthex.configuration.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Gives the one {@link AdminToken} of this server to whoever injects it. */
@ApplicationScoped
public class AdminTokenProducer {
    /** {@code Singleton}, because a final class cannot be proxied. */
    @Produces
    @Singleton
    AdminToken adminToken(Settings settings) {
        return new AdminToken(new AdminTokenFile(settings.adminTokenFile()), Clock.systemUTC());
    }
}
