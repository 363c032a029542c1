package io.narthex.access;

import io.narthex.access.token.TokenDirectory;
import io.narthex.change.ChangeFeed;
import io.narthex.configuration.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/**
 * Makes {@link Access} injectable. Its scope is {@code Singleton}, so that callers get the object itself and no proxy.
 */
@ApplicationScoped
public class AccessProducer {
    @Produces
    @Singleton
    AdminToken adminToken(Settings settings) {
        return new AdminToken(new AdminTokenFile(settings.adminTokenFile()), Clock.systemUTC());
    }

    @Produces
    @Singleton
    LastUse lastUse() {
        return new LastUse(Clock.systemUTC());
    }

    @Produces
    @Singleton
    Callers callers(AdminToken adminToken, TokenDirectory directory, ChangeFeed feed, LastUse lastUse) {
        return new Callers(
                adminToken, directory.tokens(), directory.rows(), feed.heartbeat(), lastUse, Clock.systemUTC());
    }

    @Produces
    @Singleton
    Access access(Callers callers) {
        return new Access(callers);
    }
}
