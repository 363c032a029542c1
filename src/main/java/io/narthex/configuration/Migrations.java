package io.narthex.configuration;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * The migrations of the database that are built in, and how Flyway runs them.
 *
 * <p>All that are pending are one transaction: an upgrade is there as a whole or not at all. Each repeatable migration names the
 * digest of all migrations in its first line, and its checksum is over that: where any migration changed, all repeatable ones
 * run again, so that whatever was dropped for the change is made anew.
 */
public final class Migrations {
    private static final System.Logger LOG = System.getLogger(Migrations.class.getName());
    private static final String BUILT_IN = "classpath:db/migration";

    /** PostgreSQL's code for a wait that lasted longer than lock_timeout, which the first callback sets. */
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Longer than an auditor's transaction may take, and than one that its owner left open. */
    private static final Duration READERS = Duration.ofMinutes(12);

    /** As long as a try waits, so that others get what they wait for between two. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Consumer<FluentConfiguration> database;
    private final String application;
    private final List<String> locations;

    /**
     * Of a database.
     *
     * @param database says how the owner of the schema logs in
     * @param application the application's role, which is granted what it needs
     */
    public Migrations(Consumer<FluentConfiguration> database, String application) {
        this(database, application, List.of());
    }

    /** With others behind those that are built in, at locations as Flyway names them. */
    Migrations(Consumer<FluentConfiguration> database, String application, List<String> others) {
        this.database = database;
        this.application = application;
        this.locations = new ArrayList<>(List.of(BUILT_IN));
        this.locations.addAll(others);
    }

    /**
     * Brings the schema up to date; one that a later build made is left as it is.
     *
     * @return false where an earlier build made the schema whose migrations were others, and nothing is done
     * @throws FlywayException when a migration fails, or one that was run is not what is built in; the database is as it was
     */
    public boolean run() {
        String digest = state("").digest();
        SchemaState state = state(digest);
        if (state.isOfBeforeTheFirst()) {
            return false;
        }
        if (state.isLater()) {
            LOG.log(Level.WARNING, "event=schema-left-alone: a later build migrated it");
        } else {
            migrate(digest);
        }
        return true;
    }

    /** Whoever waits for these locks keeps everybody behind waiting, so each try waits a moment only. */
    private void migrate(String digest) {
        long end = System.nanoTime() + READERS.toNanos();
        while (true) {
            try {
                flyway(digest).migrate();
                return;
            } catch (FlywayException e) {
                if (!isLockedOut(e) || System.nanoTime() - end > 0 || !pause()) {
                    throw e;
                }
                LOG.log(Level.INFO, "event=schema-in-use: tried again in a moment");
            }
        }
    }

    private static boolean isLockedOut(FlywayException e) {
        return MigrationProblem.cause(e)
                .filter(cause -> LOCK_NOT_AVAILABLE.equals(cause.getSQLState()))
                .isPresent();
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private SchemaState state(String digest) {
        return new SchemaState(List.of(flyway(digest).info().all()));
    }

    private Flyway flyway(String digest) {
        FluentConfiguration configuration = Flyway.configure(Migrations.class.getClassLoader())
                .locations(locations.toArray(String[]::new))
                .placeholders(Map.of("app", quoted(application), "migrations", digest))
                .group(true)
                // a later build's are not ours to judge; a repeatable one may be given another name
                .ignoreMigrationPatterns("*:future", "repeatable:missing")
                .callbacks(new PatientMigrations());
        database.accept(configuration);
        return configuration.load();
    }

    private static String quoted(String role) {
        return '"' + role.replace("\"", "\"\"") + '"';
    }
}
