package io.narthex.key;

import io.narthex.meter.Meters;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Warns 60 days ahead of keys that will be replaced by themselves: by a line in the log, once for each, and a meter of
 * the days that are left. A machine that does not trust the next key in time finds nothing in the cache any more.
 */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class ReplacementWarning {
    private static final System.Logger LOG = System.getLogger(ReplacementWarning.class.getName());
    private static final long PERIOD_SECONDS = 20;
    private static final double DAY = Duration.ofDays(1).toSeconds();

    @Inject
    private Replacements replacements;

    @Inject
    private KeyClock clock;

    @Inject
    private Meters meters;

    @Resource(lookup = "java:jboss/ee/concurrency/scheduler/default")
    private ManagedScheduledExecutorService timer;

    private final Set<Long> told = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Instant first;
    private @Nullable ScheduledFuture<?> running;

    @PostConstruct
    void start() {
        meters.gauge(
                "narthex.key.days.left",
                "Days until the first key of the server is replaced by itself; NaN: none is",
                this::daysLeft);
        running = timer.scheduleWithFixedDelay(this::look, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    @PreDestroy
    void stop() {
        if (running != null) {
            running.cancel(false);
        }
    }

    /** Days until the first key of the server is replaced; NaN: none is, or it is not known yet. */
    private double daysLeft() {
        Instant at = first;
        return at == null ? Double.NaN : Duration.between(clock.now(), at).toSeconds() / DAY;
    }

    private void look() {
        try {
            List<Replacements.Replacement> next = replacements.next();
            first = next.isEmpty() ? null : next.getFirst().at();
            Instant soon = clock.now().plus(PublishedKey.AHEAD);
            next.stream()
                    .filter(one -> !one.at().isAfter(soon) && told.add(one.keyId()))
                    .forEach(one -> LOG.log(
                            Level.WARNING,
                            "event=key-replaced-soon cache={0} key={1} at={2}",
                            one.cache(),
                            one.key(),
                            one.at()));
        } catch (RuntimeException e) {
            // a timer that throws never comes again
            LOG.log(Level.WARNING, "event=key-replacements-not-read cause={0}", e.toString());
        }
    }
}
