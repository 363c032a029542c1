package io.narthex.configuration;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
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
            if (!migrations(settings, application, connection.getMetaData()).run()) {
                throw StartRefused.because(
                        settings,
                        DatabaseProblem.earlierBuild(connection.getMetaData().getURL(), settings.home()));
            }
        } catch (SQLException e) {
            Database database = settings.database();
            throw StartRefused.because(
                    settings, DatabaseProblem.describe(database.url().orElse("of NarthexDS"), database.user(), e));
        } catch (FlywayException e) {
            throw StartRefused.because(settings, MigrationProblem.describe(e));
        }
    }

    private static Migrations migrations(Settings settings, DataSource application, DatabaseMetaData session)
            throws SQLException {
        Database database = settings.database();
        if (database.ownerUser().isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "the application's login owns the schema and could rewrite its record: set NARTHEX_DB_OWNER_USER");
            return new Migrations(flyway -> flyway.dataSource(application), session.getUserName());
        }
        String url = session.getURL();
        return new Migrations(
                flyway -> flyway.dataSource(
                                url,
                                database.ownerUser().orElseThrow(),
                                database.ownerPassword().reveal())
                        .jdbcProperties(PatientMigrations.OTHERWISE),
                session.getUserName());
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
