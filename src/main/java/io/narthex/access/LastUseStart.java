package io.narthex.access;

import io.narthex.access.token.Tokens;
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
import jakarta.inject.Inject;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes to the database once a minute when tokens were used, so that no request has to. */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class LastUseStart {
    private static final long PERIOD_SECONDS = 60;

    @Inject
    private LastUse lastUse;

    @Inject
    private Tokens tokens;

    @Resource(lookup = "java:jboss/ee/concurrency/scheduler/default")
    private ManagedScheduledExecutorService timer;

    private @Nullable ScheduledFuture<?> running;

    @PostConstruct
    void start() {
        running = timer.scheduleWithFixedDelay(
                new Guarded("last-uses", this::write), PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    @PreDestroy
    void stop() {
        if (running != null) {
            running.cancel(false);
        }
        write();
    }

    private void write() {
        lastUse.write(tokens::used);
    }
}
