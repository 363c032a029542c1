package io.narthex.configuration;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes the one {@link Settings} of this server injectable. */
@ApplicationScoped
public class SettingsProducer {
    /** {@code Singleton}, because a record cannot be proxied. */
    @Produces
    @Singleton
    Settings settings() {
        return CurrentSettings.get();
    }
}
