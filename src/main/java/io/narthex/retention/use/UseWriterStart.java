package io.narthex.retention.use;

import io.narthex.thread.Guarded;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Has the uses of paths written down every second, so that no request has to. */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class UseWriterStart {
    private static final long PERIOD_SECONDS = 1;

    @Inject
    private UseWriter writer;

    @Resource(lookup = "java:jboss/ee/concurrency/scheduler/default")
    private ManagedScheduledExecutorService timer;

    private @Nullable ScheduledFuture<?> running;

    /** One for all; its scope lets callers have the object itself and no proxy. */
    @Produces
    @jakarta.inject.Singleton
    static UseLog log() {
        return new UseLog();
    }

    @Produces
    @jakarta.inject.Singleton
    static PushSessions pushers() {
        return new PushSessions();
    }

    @PostConstruct
    void start() {
        running = timer.scheduleWithFixedDelay(
                new Guarded("uses", writer::write), PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    @PreDestroy
    void stop() {
        if (running != null) {
            running.cancel(false);
        }
        writer.stop();
    }
}
