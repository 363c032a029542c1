package io.narthex.it;

import io.narthex.configuration.Database;
import io.narthex.serve.EmbeddedDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jboss.arquillian.core.api.annotation.Observes;
import org.jboss.arquillian.core.api.event.ManagerStarted;
import org.jboss.arquillian.core.api.event.ManagerStopping;
import org.jboss.arquillian.core.spi.LoadableExtension;
import org.jspecify.annotations.Nullable;

/** PostgreSQL and a fresh home up before arquillian.xml is read, which takes its values from here; down after it. */
public final class EmbeddedDbExtension implements LoadableExtension {
    @Override
    public void register(ExtensionBuilder builder) {
        builder.observer(Observer.class);
    }

    /** Made by Arquillian. */
    public static final class Observer {
        private @Nullable EmbeddedDb db;

        public void up(@Observes(precedence = 1000) ManagerStarted event) throws IOException, SQLException {
            Path target = Path.of(System.getProperty("it.directory"));
            Path run = Files.createTempDirectory(Files.createDirectories(target.resolve("it")), "run");
            EmbeddedDb started = EmbeddedDb.temporary(target.resolve("embedded-pg"), run.resolve("postgresql"));
            db = started;
            System.setProperty("it.url", "http://127.0.0.1:20080");
            System.setProperty("it.home", directory(run.resolve("home")));
            System.setProperty("it.nix.root", directory(run.resolve("root")));
            name(started.access());
            System.setProperty("it.db.auditor.uri", started.auditorUri());
            System.setProperty("it.db.superuser.uri", started.superuserUri());
        }

        private static void name(Database access) {
            System.setProperty("it.db.url", access.url().orElseThrow());
            System.setProperty("it.db.user", access.user());
            System.setProperty("it.db.password", access.password().reveal());
            System.setProperty("it.db.owner.user", access.ownerUser().orElseThrow());
            System.setProperty("it.db.owner.password", access.ownerPassword().reveal());
        }

        private static String directory(Path path) throws IOException {
            return Files.createDirectories(path).toString();
        }

        public void down(@Observes(precedence = -1000) ManagerStopping event) throws IOException {
            if (db != null) {
                db.close();
            }
        }
    }
}
