package io.narthex.it;

import io.narthex.configuration.Database;
import io.narthex.configuration.Listeners;
import io.narthex.serve.EmbeddedDb;
import io.narthex.serve.LauncherProcess;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server of a test's own, on a database of its own that outlives it. */
public final class OwnServer implements Closeable {
    private final Path directory;
    private final Path home;
    private EmbeddedDb db;
    private final Map<String, String> settings;
    private @Nullable LauncherProcess launcher;

    private OwnServer(Path directory, EmbeddedDb db, Map<String, String> settings) {
        this.directory = directory;
        home = directory.resolve("home");
        this.db = db;
        this.settings = settings;
    }

    /** Starts it, with more settings than those of ports and database. */
    public static OwnServer start(Path directory, Map<String, String> more)
            throws IOException, SQLException, InterruptedException {
        return start(directory, TestDatabase.in(databaseIn(directory)), more);
    }

    /** The same on a database that a test has made, which is closed with the server. */
    public static OwnServer start(Path directory, EmbeddedDb db, Map<String, String> more)
            throws IOException, InterruptedException {
        Database access = db.access();
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_DB_URL", access.url().orElseThrow());
        settings.put("NARTHEX_DB_USER", access.user());
        settings.put("NARTHEX_DB_PASSWORD", access.password().reveal());
        settings.put("NARTHEX_DB_OWNER_USER", access.ownerUser().orElseThrow());
        settings.put("NARTHEX_DB_OWNER_PASSWORD", access.ownerPassword().reveal());
        settings.put("NARTHEX_NIX_STORE", directory.resolve("no-store").toString());
        settings.putAll(more);
        OwnServer server = new OwnServer(directory, db, settings);
        try {
            server.start();
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static Path databaseIn(Path directory) {
        return directory.resolve("postgresql");
    }

    /**
     * Starts another node beside it, on the same database and with the same uploads.
     *
     * @param homeOfNode its home
     */
    public LauncherProcess startNode(Path homeOfNode, Map<String, String> ports)
            throws IOException, InterruptedException {
        Map<String, String> other = new HashMap<>(settings);
        other.putAll(ports);
        other.put("NARTHEX_MASTER_KEY_FILE", home.resolve("master-key").toString());
        other.put("NARTHEX_ADMIN_TOKEN_FILE", home.resolve("admin-token").toString());
        other.putIfAbsent("NARTHEX_BLOBS", "file:" + home.resolve("blobs"));
        LauncherProcess started = LauncherProcess.start(homeOfNode, other);
        String output = started.awaitBanner();
        if (!output.contains("in nix.conf")) {
            started.close();
            throw new IOException("another node did not start: " + output);
        }
        return started;
    }

    /** Starts it again. */
    public void start() throws IOException, InterruptedException {
        LauncherProcess started = LauncherProcess.start(home, settings);
        launcher = started;
        String output = started.awaitBanner();
        if (!output.contains("in nix.conf")) {
            throw new IOException("the server did not start: " + output);
        }
    }

    /** {@code kill -9} of WildFly; returns when it is gone, and the launcher that saw it. */
    public void kill() throws IOException, InterruptedException {
        LauncherProcess running = launcher;
        if (running == null) {
            throw new IllegalStateException("it does not run");
        }
        running.killWildFly();
        running.close();
        launcher = null;
    }

    /** Ends PostgreSQL as an operator does, and starts it again where it was, while the server runs. */
    public void restartDatabase() throws IOException, SQLException {
        int port = db.port();
        db.close();
        db = TestDatabase.again(databaseIn(directory), port);
    }

    /** As an operator stops it, by SIGTERM to the launcher; returns at once. */
    public void terminate() {
        Objects.requireNonNull(launcher, "it does not run").terminate();
    }

    /** {@code kill -9} of PostgreSQL, which is started again where it was; tests of it want {@link #keepCommits}. */
    public void killDatabase() throws IOException, SQLException {
        int port = db.port();
        db.kill();
        db = TestDatabase.again(databaseIn(directory), port);
    }

    /** {@code kill -9} of PostgreSQL, which stays away: another one takes over. */
    public void losePrimary(Replica replica) throws IOException, SQLException {
        EmbeddedDb lost = db;
        lost.crash();
        db = replica.promote();
        lost.close();
    }

    /** Its PostgreSQL is started again and from then on answers a commit when its log has it, as where people keep data. */
    public void keepCommits() throws IOException, SQLException {
        Rows.by(URI.create(superuserUri())).change("alter database narthex set synchronous_commit = on");
        restartDatabase();
    }

    public Path home() {
        return home;
    }

    /** How its tests reach it. */
    ServerAddress address() {
        Listeners listeners = new Listeners(
                Optional.empty(),
                port("NARTHEX_PORT"),
                port("NARTHEX_HTTPS_PORT"),
                "127.0.0.1",
                port("NARTHEX_MANAGEMENT_PORT"));
        return new ServerAddress(
                listeners, home, Path.of(setting("NARTHEX_NIX_STORE")), db.access(), db.superuserUri());
    }

    private int port(String setting) {
        return Integer.parseInt(setting(setting));
    }

    private String setting(String name) {
        return Objects.requireNonNull(settings.get(name), name);
    }

    public String url() {
        return "http://127.0.0.1:" + settings.get("NARTHEX_PORT");
    }

    public int managementPort() {
        return port("NARTHEX_MANAGEMENT_PORT");
    }

    public String token() throws IOException {
        return Files.readString(home.resolve("admin-token")).strip();
    }

    public Rows rows() {
        return Rows.of(db.access());
    }

    /** How a superuser logs in to its database: a URI as libpq reads it. */
    public String superuserUri() {
        return db.superuserUri();
    }

    public ServerJobs jobs() throws IOException {
        return new ServerJobs(url(), token());
    }

    /** A cache of a tenant of its own on this server. */
    public TenantCache cache(String cacheSettings) throws IOException, InterruptedException {
        return TenantCache.make(url(), token(), cacheSettings);
    }

    @Override
    public void close() throws IOException {
        if (launcher != null) {
            launcher.close();
        }
        db.close();
    }
}
