package io.narthex.configuration;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Map;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.spi.BootstrapContext;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.integrator.spi.Integrator;
import org.hibernate.service.spi.SessionFactoryServiceRegistry;

/**
 * Runs the migrations while Hibernate builds the session factory, before it validates the schema. Flyway's lock lets one
 * node of several do it.
 */
public final class MigrationIntegrator implements Integrator {
    private static final System.Logger LOG = System.getLogger(MigrationIntegrator.class.getName());

    @Override
    public void integrate(Metadata metadata, BootstrapContext bootstrap, SessionFactoryImplementor factory) {
        Settings settings = settings();
        DataSource application = dataSource();
        try (Connection connection = application.getConnection()) {
            DatabaseProblem.tooOld(connection).ifPresent(line -> {
                throw StartRefused.because(settings, line);
            });
            migrate(settings, application, connection.getMetaData());
        } catch (SQLException e) {
            Database database = settings.database();
            throw StartRefused.because(
                    settings, DatabaseProblem.describe(database.url().orElse("of NarthexDS"), database.user(), e));
        } catch (FlywayException e) {
            throw StartRefused.because(
                    settings,
                    "the database schema could not be brought up to date (" + reason(e)
                            + "): NARTHEX_DB_OWNER_USER, or NARTHEX_DB_USER where that is not set, must own the"
                            + " database, or may at least create in it and in its schema public (grant create on"
                            + " database, grant create on schema public)");
        }
    }

    /** PostgreSQL's own sentence, where there is one: Flyway's fill a page. */
    private static String reason(FlywayException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return String.valueOf(sql.getMessage()).lines().findFirst().orElse("");
            }
        }
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static void migrate(Settings settings, DataSource application, DatabaseMetaData session)
            throws SQLException {
        Database database = settings.database();
        FluentConfiguration flyway = Flyway.configure(MigrationIntegrator.class.getClassLoader())
                .locations("classpath:db/migration")
                .placeholders(Map.of("app", quoted(session.getUserName())))
                .callbacks(new PatientMigrations());
        if (database.ownerUser().isPresent()) {
            flyway.dataSource(
                            session.getURL(),
                            database.ownerUser().orElseThrow(),
                            database.ownerPassword().reveal())
                    .jdbcProperties(PatientMigrations.OTHERWISE);
        } else {
            LOG.log(
                    Level.WARNING,
                    "the application''s login owns the schema and could rewrite its record: set NARTHEX_DB_OWNER_USER");
            flyway.dataSource(application);
        }
        flyway.load().migrate();
    }

    private static String quoted(String role) {
        return '"' + role.replace("\"", "\"\"") + '"';
    }

    private static Settings settings() {
        try {
            return CurrentSettings.get();
        } catch (SettingsException e) {
            // no settings, no home to write the reason to: the launcher has checked them before
            LOG.log(Level.ERROR, "narthex: {0}", e.getMessage());
            throw e;
        }
    }

    @SuppressWarnings("BanJNDI") // a fixed name, no injection here
    private static DataSource dataSource() {
        try {
            return InitialContext.doLookup("java:jboss/datasources/NarthexDS");
        } catch (NamingException e) {
            throw new IllegalStateException("the server has no data source NarthexDS", e);
        }
    }

    @Override
    public void disintegrate(SessionFactoryImplementor factory, SessionFactoryServiceRegistry registry) {
        // nothing to undo
    }
}
