package io.narthex.audit;

import io.narthex.configuration.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/**
 * Makes {@link ReadLog} injectable. Its scope is {@code Singleton}, so that callers get the object itself and no proxy.
 */
@ApplicationScoped
public class AuditProducer {
    @Produces
    @Singleton
    ReadLog readLog(Settings settings) {
        return new ReadLog(settings.audit().reads(), settings.audit().addresses());
    }
}
