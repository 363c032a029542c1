package io.narthex.access;

import io.narthex.http.DatabaseAway;
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
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes down once a minute when tokens were used, off the requests' way. */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class LastUseStart {
    private static final System.Logger LOG = System.getLogger(LastUseStart.class.getName());
    private static final long PERIOD_SECONDS = 60;

    @Inject
    private LastUse lastUse;

    @Inject
    private Tokens tokens;

    @Resource
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
        Map<Long, Instant> uses = lastUse.take();
        if (!uses.isEmpty() && !write(uses) && uses.size() > 1) {
            // one that cannot be written holds back no other
            uses.forEach((token, at) -> write(Map.of(token, at)));
        }
    }

    /** What cannot be written is given up: the next use of the token tells a later time. */
    private boolean write(Map<Long, Instant> uses) {
        try {
            tokens.used(uses);
            return true;
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "event=last-use-not-written tokens={0} cause={1}", uses.size(), e.toString());
            // asked one by one a database that is away would be asked as often for nothing
            return DatabaseAway.isCauseOf(e);
        }
    }
}
