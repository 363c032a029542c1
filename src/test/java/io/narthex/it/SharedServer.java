package io.narthex.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The server that all tests of this JVM share. It is started for the first test class that asks for it by {@code
 * @ExtendWith(SharedServer.class)} and stopped when the JVM ends; system properties tell how to reach it.
 *
 * <p>With {@code -Dit.standing} nothing is started: tests use the server that {@code mvn -Pserve} runs with the settings of
 * this environment.
 */
public final class SharedServer implements BeforeAllCallback {
    private static boolean asked;
    private static @Nullable OwnServer started;
    private static @Nullable Path run;

    /** The class before may have left it busy, or deployed a second application, which takes it from its database for a moment. */
    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        start();
        WireClient management = new WireClient(System.getProperty("it.management.url"));
        Await.until(
                "server that is ready", () -> management.get("/health/ready").status() == 200);
    }

    /** Returns when it runs. It is tried once: what kept it from starting would keep it from starting again. */
    static synchronized void start() throws IOException, SQLException, InterruptedException {
        if (!asked) {
            asked = true;
            ServerAddress address =
                    System.getProperty("it.standing") == null ? startOne() : ServerAddress.ofStanding(System.getenv());
            address.toSystemProperties();
        } else if (System.getProperty("it.url") == null) {
            throw new IllegalStateException("the shared server did not start: the first test that wanted it says why");
        }
    }

    private static ServerAddress startOne() throws IOException, SQLException, InterruptedException {
        Path runs = Files.createDirectories(Path.of(System.getProperty("it.directory"), "it"));
        Path made = Files.createTempDirectory(runs, "run");
        run = made;
        Path root = Files.createDirectories(made.resolve("root"));
        // a minute, as it is by itself, is long for tests of bodies that stand still
        OwnServer server = OwnServer.start(
                made,
                Map.of(
                        "NARTHEX_NIX_STORE",
                        root.toString(),
                        "NARTHEX_BODY_IDLE_SECONDS",
                        "5",
                        "NARTHEX_UPSTREAM_ADDRESSES",
                        "127.0.0.0/8"));
        started = server;
        // no end of JUnit's: with several JVMs each class is a run of its own
        Runtime.getRuntime().addShutdownHook(new Thread(SharedServer::stop, "stop the shared server"));
        return server.address();
    }

    private static synchronized void stop() {
        try {
            if (started != null) {
                started.close();
            }
            if (run != null) {
                Leftovers.remove(run, run.resolve("home/log"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
