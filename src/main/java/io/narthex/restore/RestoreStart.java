package io.narthex.restore;

import io.narthex.meter.Meters;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;

/** Looks before the first request whether the database was restored. */
@Singleton
@Startup
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class RestoreStart {
    private static final long LOOK_NANOS = TimeUnit.MINUTES.toNanos(1);

    @Inject
    RestoreGuard guard;

    @Inject
    Meters meters;

    private volatile double restored;
    private volatile double drilled;
    private volatile long lookedAt;

    @PostConstruct
    void start() {
        restored = guard.look() ? 1 : 0;
        lookedAt = System.nanoTime() - LOOK_NANOS;
        meters.gauge(
                "narthex.restored",
                "1: the database was restored, and nothing is removed until somebody accepts that",
                () -> {
                    refresh();
                    return restored;
                });
        meters.gauge("narthex.restore.drill.seconds", "When a restore was last tried, in seconds since 1970", () -> {
            refresh();
            return drilled;
        });
    }

    /** A minute old at most; who scrapes waits for the database no more often. */
    private synchronized void refresh() {
        if (System.nanoTime() - lookedAt < LOOK_NANOS) {
            return;
        }
        lookedAt = System.nanoTime();
        try {
            restored = guard.restoredSince().isPresent() ? 1 : 0;
            drilled = guard.drilledAt().map(at -> (double) at.getEpochSecond()).orElse(Double.NaN);
        } catch (RuntimeException e) {
            restored = Double.NaN;
        }
    }
}
