package io.narthex.audit;

import io.narthex.configuration.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Gives what is told of reads to whoever injects it. {@code Singleton}, so that it is the object and no proxy. */
@ApplicationScoped
public class AuditProducer {
    @Produces
    @Singleton
    ReadLog readLog(Settings settings) {
        return new ReadLog(settings.audit().reads(), settings.audit().addresses());
    }
}
