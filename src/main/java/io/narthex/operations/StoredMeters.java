package io.narthex.operations;

import io.narthex.configuration.Settings;
import io.narthex.lane.Lanes;
import io.narthex.meter.Meters;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Shows in the meters what is stored, which alarms the database knows of, and how many requests wait. Whoever asks for the
 * meters is told what was read some seconds ago: then they are there too while the database is away.
 */
@Singleton
@Startup
// nothing names a tenant before whoever asks is asked for a token
@DependsOn("MetricsGate")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class StoredMeters {
    private static final System.Logger LOG = System.getLogger(StoredMeters.class.getName());

    /** Prometheus usually asks every 15 or more. */
    private static final long PERIOD_SECONDS = 10;

    @Inject
    private StoredNumbers numbers;

    @Inject
    private CacheMeters caches;

    @Inject
    private Lanes lanes;

    @Inject
    private Settings settings;

    @Inject
    private Meters meters;

    @Resource(lookup = "java:jboss/ee/concurrency/scheduler/default")
    private ManagedScheduledExecutorService timer;

    private volatile StoredNumbers.Sample sample = StoredNumbers.Sample.NONE;
    private @Nullable ScheduledFuture<?> running;

    @PostConstruct
    void start() {
        gauge("narthex.stored.paths", "Paths that were pushed into all caches", StoredNumbers.Sample::paths);
        gauge("narthex.stored.bytes", "Bytes that all tenants hold", StoredNumbers.Sample::bytes);
        gauge(
                "narthex.quotas.near",
                "Quotas of caches and tenants that are nearly full",
                StoredNumbers.Sample::quotasNear);
        gauge("narthex.quota.fullest.ratio", "Used part of the fullest quota", StoredNumbers.Sample::fullestQuota);
        gauge(
                "narthex.quarantined.paths",
                "Paths that are hidden, since their bytes are wrong or gone",
                StoredNumbers.Sample::quarantined);
        gauge(
                "narthex.audit.chains.broken",
                "Chains of the record that are not as they were sealed",
                StoredNumbers.Sample::brokenChains);
        for (Lanes.State lane : lanes.states()) {
            String name = lane.name();
            meters.gauge(
                    "narthex.lane.running", "Requests that run", () -> lane(name, Lanes.State::held), "lane", name);
            meters.gauge(
                    "narthex.lane.waiting",
                    "Requests that wait for their turn",
                    () -> lane(name, Lanes.State::waiting),
                    "lane",
                    name);
        }
        running = timer.scheduleWithFixedDelay(this::look, 0, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    private void gauge(String name, String help, ToDoubleFunction<StoredNumbers.Sample> of) {
        meters.gauge(name, help, () -> of.applyAsDouble(sample));
    }

    private double lane(String name, ToDoubleFunction<Lanes.State> of) {
        return lanes.states().stream()
                .filter(lane -> lane.name().equals(name))
                .mapToDouble(of)
                .sum();
    }

    private void look() {
        try {
            StoredNumbers.Sample now = numbers.now();
            sample = now;
            if (settings.metrics().tenants()) {
                caches.show(now.caches());
            }
        } catch (RuntimeException e) {
            // a timer that throws never comes again
            LOG.log(Level.DEBUG, "event=stored-numbers-not-read cause={0}", e.toString());
        }
    }

    @PreDestroy
    void stop() {
        if (running != null) {
            running.cancel(false);
        }
    }
}
