package io.narthex.serve;

import io.narthex.configuration.Database;
import io.narthex.configuration.Settings;
import io.narthex.configuration.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code mvn -Pserve}: a PostgreSQL of our own unless NARTHEX_DB_URL names one, then WildFly, until Ctrl-C.
 *
 * <p>Arguments: the provisioned server, then {@code with-parent} if this process shall end when its parent does.
 */
public final class Serve {
    /** EX_CONFIG of sysexits.h: the user has to change something. */
    private static final int REFUSED = 78;

    /** As if by SIGTERM. */
    private static final int PARENT_ENDED = 143;

    private final Settings settings;
    private final Home home;
    private @Nullable EmbeddedDb db;
    private @Nullable WildFly server;
    private volatile boolean stopping;

    private Serve(Settings settings, Home home) {
        this.settings = settings;
        this.home = home;
    }

    public static void main(String[] args) throws Exception {
        Path provisioned = Path.of(args[0]);
        Path refused = provisioned.resolveSibling("refused");
        Files.deleteIfExists(refused);
        try {
            Settings settings = Settings.read(System.getenv(), System.getProperties());
            Home home = Home.take(settings.home());
            WildFly.stopLeftBehind(home);
            Preflight.check(settings);
            Serve serve = new Serve(settings, home);
            // Ctrl-C reaches the whole group; a signal to Maven alone, kill -9 too, shows as our parent's end
            Runtime.getRuntime().addShutdownHook(new Thread(serve::stop, "stop"));
            if (List.of(args).contains("with-parent")) {
                ProcessHandle.current().parent().ifPresent(Serve::endWith);
            }
            System.exit(serve.run(provisioned));
        } catch (Refusal | SettingsException e) {
            System.err.println("narthex: " + e.getMessage());
            // the exec plugin prints a stack trace for a code it does not know; the enforcer then fails the build
            Files.writeString(refused, String.valueOf(e.getMessage()));
            System.exit(REFUSED);
        }
    }

    private int run(Path provisioned) throws IOException, InterruptedException, Refusal, SQLException {
        if (!settings.withoutMeaning().isEmpty()) {
            System.out.println(
                    "these settings have no meaning in this version: " + String.join(" ", settings.withoutMeaning()));
        }
        WildFly wildfly = start(provisioned);
        if (wildfly == null) {
            return PARENT_ENDED;
        }
        try {
            wildfly.awaitReady();
        } catch (Refusal e) {
            if (stopping) {
                return PARENT_ENDED;
            }
            throw e;
        }
        System.out.println(Banner.text(settings, new Probe(settings).publicKeys()));
        int code = wildfly.await();
        if (stopping) {
            return code;
        }
        System.err.println("narthex: WildFly ended by itself with exit code " + code + "; why is in "
                + home.log("server.log") + " if it had the time to say: start again");
        return code;
    }

    /** Holds the monitor, so that a stop meanwhile waits and then finds what was started; null if it came before. */
    private synchronized @Nullable WildFly start(Path provisioned) throws IOException, Refusal, SQLException {
        if (stopping) {
            return null;
        }
        Database database = settings.database();
        if (database.url().isEmpty()) {
            System.out.println("starting PostgreSQL");
            EmbeddedDb own = EmbeddedDb.kept(home);
            db = own;
            home.keep(own.auditorUri(), own.superuserUri());
            database = own.access();
        }
        System.out.println("starting WildFly");
        server = WildFly.start(settings, home, provisioned, database);
        return server;
    }

    /** The server first, then the database it uses. */
    private synchronized void stop() {
        stopping = true;
        try {
            if (server != null) {
                server.stop();
            }
            if (db != null) {
                db.close();
            }
            home.release();
        } catch (IOException e) {
            System.err.println("narthex: it did not stop cleanly: " + e.getMessage());
        }
    }

    private static void endWith(ProcessHandle parent) {
        Thread watch = new Thread(
                () -> {
                    parent.onExit().join();
                    System.exit(PARENT_ENDED);
                },
                "parent");
        watch.setDaemon(true);
        watch.start();
    }
}
