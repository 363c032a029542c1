package io.narthex.change;

import io.narthex.configuration.Settings;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Asks the database twice a second whether it is there, over a connection of its own. Thread-safe. */
@ApplicationScoped
public class DatabasePulse {
    private static final System.Logger LOG = System.getLogger(DatabasePulse.class.getName());
    private static final long PERIOD_MILLIS = 500;
    /** A question that hangs counts as unanswered after this. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Resource
    private ManagedThreadFactory threads;

    @Inject
    private Settings settings;

    private volatile @Nullable Beat beat;
    private @Nullable Thread thread;

    /** What was heard last. Kept apart from the bean so that the hot path asks it without a proxy. */
    public static final class Beat {
        private final long staleNanos;
        private volatile long heardAt = System.nanoTime();
        private volatile boolean lost;

        /**
         * Heard just now.
         *
         * @param staleNanos how long memory may be used while the database is away
         */
        public Beat(long staleNanos) {
            this.staleNanos = staleNanos;
        }

        /** Whether memory is known to be current, so that it may say that something is absent. */
        public boolean isHeard() {
            return !lost && System.nanoTime() - heardAt < SILENCE_NANOS;
        }

        /** Whether memory may still say that something is present. */
        public boolean isRemembered() {
            return isHeard() || System.nanoTime() - heardAt < staleNanos;
        }

        /**
         * Goes on only while the database is heard.
         *
         * @throws DatabaseAwayException when it is not
         */
        public void require() {
            if (!isHeard()) {
                throw new DatabaseAwayException();
            }
        }

        void heard() {
            heardAt = System.nanoTime();
            lost = false;
        }

        void lost() {
            lost = true;
        }
    }

    @PostConstruct
    void start() {
        Beat started = new Beat(settings.stale().toNanos());
        beat = started;
        Thread t = threads.newThread(() -> listen(started));
        t.setName("narthex-pulse");
        thread = t;
        t.start();
    }

    public Beat beat() {
        Beat known = beat;
        if (known == null) {
            throw new IllegalStateException("not started");
        }
        return known;
    }

    private void listen(Beat beat) {
        boolean away = false;
        while (!Thread.currentThread().isInterrupted()) {
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                while (!Thread.currentThread().isInterrupted()) {
                    statement.execute("select 1");
                    beat.heard();
                    if (away) {
                        LOG.log(System.Logger.Level.INFO, "event=database-back");
                        away = false;
                    }
                    pause();
                }
            } catch (SQLException e) {
                beat.lost();
                if (!away) {
                    LOG.log(System.Logger.Level.WARNING, "event=database-away reason={0}", e.getMessage());
                    away = true;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PERIOD_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @PreDestroy
    void stop() {
        Thread t = thread;
        if (t == null) {
            return;
        }
        t.interrupt();
        try {
            t.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
