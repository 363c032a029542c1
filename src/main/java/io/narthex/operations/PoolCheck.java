package io.narthex.operations;

import io.narthex.meter.Meters;
import io.narthex.thread.Guarded;
import io.narthex.thread.NamedThreads;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * The health check of the connection pool: a connection can be had. One thread of its own tries that, so that whoever
 * asks is answered at once.
 */
@Readiness
@ApplicationScoped
public class PoolCheck implements HealthCheck {
    private static final long PERIOD_SECONDS = 2;
    /** Longer than the pool lets a request wait: what fails once is no sign yet. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private static final int ANSWER_SECONDS = 2;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    DataSource dataSource;

    @Inject
    Meters meters;

    private final LongSupplier nanos;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("narthex-pool-probe"));
    private volatile long answeredAt;

    /** By the system's clock. */
    public PoolCheck() {
        this(System::nanoTime);
    }

    PoolCheck(LongSupplier nanos) {
        this.nanos = nanos;
        answeredAt = nanos.getAsLong();
    }

    @PostConstruct
    void start() {
        meters.gauge(
                "narthex.database.available",
                "Whether a connection to the database could be had within the last seconds",
                () -> isAnswered() ? 1 : 0);
        ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(
                new Guarded("pool-probe", this::probe), 0, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    void probe() {
        try (Connection connection = dataSource.getConnection()) {
            if (connection.isValid(ANSWER_SECONDS)) {
                answeredAt = nanos.getAsLong();
            }
        } catch (SQLException e) {
            return; // told by whoever needed it, and by the health
        }
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("database-pool").status(isAnswered()).build();
    }

    private boolean isAnswered() {
        return nanos.getAsLong() - answeredAt < PATIENCE_NANOS;
    }

    @PreDestroy
    void stop() {
        timer.shutdownNow();
    }
}
