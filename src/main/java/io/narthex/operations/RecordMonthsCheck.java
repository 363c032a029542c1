package io.narthex.operations;

import io.narthex.overview.ServerState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * The health check {@code record-months}: for how many days ahead there are tables of the record. It warns and stays up: a server
 * that is taken away for that makes none either.
 */
@Readiness
@ApplicationScoped
public class RecordMonthsCheck implements HealthCheck {
    private static final System.Logger LOG = System.getLogger(RecordMonthsCheck.class.getName());

    /** Time enough for somebody to come back from a holiday. */
    private static final long LEAST_DAYS = 60;

    private static final long LOOK_NANOS = TimeUnit.HOURS.toNanos(1);

    @Inject
    ServerState state;

    private long days = LEAST_DAYS;
    private boolean warned;
    private long lookedAt = System.nanoTime() - LOOK_NANOS;

    @Override
    public HealthCheckResponse call() {
        long ahead = daysAhead();
        return HealthCheckResponse.named("record-months")
                .withData("daysAhead", ahead)
                .withData("warning", ahead < LEAST_DAYS)
                .up()
                .build();
    }

    /** An hour old at most; where the database is away, as it was. */
    private synchronized long daysAhead() {
        if (System.nanoTime() - lookedAt >= LOOK_NANOS) {
            lookedAt = System.nanoTime();
            try {
                days = ChronoUnit.DAYS.between(LocalDate.now(ZoneOffset.UTC), state.recordMonthsUntil());
                warn(days < LEAST_DAYS);
            } catch (RuntimeException e) {
                LOG.log(Level.DEBUG, "event=record-months-unknown cause={0}", e.toString());
            }
        }
        return days;
    }

    private void warn(boolean few) {
        if (few && !warned) {
            LOG.log(
                    Level.WARNING,
                    "event=record-months-few days={0}: no event can be written behind them; see why"
                            + " make_audit_partitions makes none",
                    days);
        }
        warned = few;
    }
}
