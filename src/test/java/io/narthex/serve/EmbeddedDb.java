package io.narthex.serve;

import io.narthex.configuration.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A PostgreSQL of our own, from the binaries on Maven Central. As root zonky starts it by {@code unshare -U}.
 *
 * <p>Nobody logs in without a password, from initdb on: the passwords are in files that only the owner of the home reads.
 */
public final class EmbeddedDb implements AutoCloseable {
    private static final String OWNER = "narthex_owner";
    private static final String APP = "narthex_app";
    private static final String AUDITOR = "narthex_auditor";
    private static final String SUPERUSER = "postgres";

    /** They log in nowhere: one owns the views of the auditors, the other is what every auditor is a member of. */
    private static final List<String> AUDIT_GROUPS = List.of("narthex_audit_views", "narthex_audit_readers");

    /** An auditor's transactions read, and end. */
    private static final List<String> AUDITOR_SETTINGS = List.of(
            "default_transaction_read_only = on",
            "statement_timeout = '5min'",
            "idle_in_transaction_session_timeout = '10min'",
            "jit = off",
            "search_path = audit");

    /**
     * What PostgreSQL lets every login call: locks that the application waits for, transaction numbers, large objects. An
     * auditor is not to; audit.set_up_roles does the same where a superuser runs it.
     */
    private static final String CLOSE_SIDE_DOORS = """
        do $$
        declare
            called regprocedure;
        begin
            for called in
                select p.oid from pg_proc p
                where p.pronamespace = 'pg_catalog'::regnamespace
                  and (p.proname ~ '^pg_(try_)?advisory_'
                       or p.proname in ('pg_current_xact_id', 'txid_current', 'pg_logical_emit_message', 'lo_creat',
                                        'lo_create', 'lo_from_bytea'))
                  and has_function_privilege('narthex_auditor', p.oid, 'execute')
            loop
                execute format('revoke execute on function %s from public', called);
                execute format('grant execute on function %s to narthex_owner, narthex_app', called);
            end loop;
        end
        $$
        """;

    /** In the data directory once roles and database are made; without it the making was cut off. */
    private static final String COMPLETE = "narthex-complete";

    private final EmbeddedPostgres server;
    private final Path data;
    private final Passwords passwords;

    private EmbeddedDb(EmbeddedPostgres server, Path data, Passwords passwords) {
        this.server = server;
        this.data = data;
        this.passwords = passwords;
    }

    /** A throw-away database for tests, without fsync; all of it lies below the directory. */
    public static EmbeddedDb temporary(Path binaries, Path directory) throws IOException, SQLException {
        return temporary(binaries, directory, FreePort.find());
    }

    /** The same on a port, as where one was closed that is to be used again. */
    public static EmbeddedDb temporary(Path binaries, Path directory, int port) throws IOException, SQLException {
        Passwords passwords = Passwords.in(directory.resolve("passwords"));
        return start(builder(binaries, passwords).setPort(port), directory.resolve("data"), passwords);
    }

    /** One that follows another, of which the directory is a copy: it has all roles, and nothing can be written to it. */
    public static EmbeddedDb standby(Path binaries, Path directory) throws IOException {
        Passwords passwords = Passwords.in(directory.resolve("passwords"));
        Path data = directory.resolve("data");
        return new EmbeddedDb(
                builder(binaries, passwords).setDataDirectory(data).start(), data, passwords);
    }

    /** The database that is kept in a home, on a free port of the loopback. */
    static EmbeddedDb kept(Home home) throws IOException, SQLException, Refusal {
        Path data = home.directory().resolve("postgresql");
        stop(data);
        if (!Files.exists(data.resolve(COMPLETE))) {
            ServerCopy.delete(data);
        }
        Path passwordFiles = passwordsOf(home.directory());
        if (Files.exists(data) && !Files.exists(passwordFiles)) {
            throw new Refusal(passwordFiles + " is gone, and without it nobody can log in to " + data
                    + ": bring it back from where it was saved");
        }
        Passwords passwords = Passwords.in(passwordFiles);
        EmbeddedPostgres.Builder builder = builder(home.directory().resolve("postgresql-binaries"), passwords)
                .setOutputRedirector(ProcessBuilder.Redirect.appendTo(
                        home.log("postgresql.log").toFile()))
                // zonky starts with -F (no fsync) and synchronous_commit=off: not for data to keep
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on");
        try {
            EmbeddedDb db = start(builder, data, passwords);
            Files.writeString(data.resolve(COMPLETE), "");
            return db;
        } catch (IOException | SQLException | IllegalStateException e) {
            stop(data);
            throw new Refusal("PostgreSQL does not start ("
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + "): see "
                    + home.log("postgresql.log") + ", or name another one in NARTHEX_DB_URL");
        }
    }

    private static EmbeddedPostgres.Builder builder(Path binaries, Passwords passwords) throws IOException {
        // zonky removes old data directories below its working directory: data to keep must lie outside
        System.setProperty("ot.epg.working-dir", binaries.toString());
        return EmbeddedPostgres.builder()
                .setPort(FreePort.find())
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setConnectConfig("password", passwords.of("postgres").reveal())
                .setLocaleConfig("locale", "C.UTF-8")
                // these go to initdb as they are, behind zonky's own -A trust, and win
                .setLocaleConfig("auth-host", "scram-sha-256")
                .setLocaleConfig("auth-local", "scram-sha-256")
                .setLocaleConfig("pwfile", passwords.fileOf("postgres").toString())
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("listen_addresses", "127.0.0.1");
    }

    private static EmbeddedDb start(EmbeddedPostgres.Builder builder, Path data, Passwords passwords)
            throws IOException, SQLException {
        EmbeddedDb db = new EmbeddedDb(builder.setDataDirectory(data).start(), data, passwords);
        try {
            db.createRolesAndDatabase();
        } catch (SQLException e) {
            db.close();
            throw e;
        }
        return db;
    }

    private void createRolesAndDatabase() throws SQLException, IOException {
        try (Connection c = server.getPostgresDatabase().getConnection();
                Statement s = c.createStatement()) {
            for (String role : AUDIT_GROUPS) {
                create(s, role, "nologin");
            }
            for (String role : List.of(OWNER, APP, AUDITOR)) {
                create(s, role, "login");
                s.execute("alter role " + role + " password '"
                        + passwords.of(role).reveal() + "'");
            }
            for (String role : AUDIT_GROUPS) {
                s.execute("grant " + role + " to " + OWNER);
            }
            s.execute("grant narthex_audit_readers to " + AUDITOR);
            for (String setting : AUDITOR_SETTINGS) {
                s.execute("alter role " + AUDITOR + " set " + setting);
            }
            if (!exists(s, "select from pg_database where datname = 'narthex'")) {
                s.execute("create database narthex owner " + OWNER);
                s.execute("revoke temporary on database narthex from public");
            }
        }
        try (Connection c = server.getDatabase(SUPERUSER, "narthex").getConnection();
                Statement s = c.createStatement()) {
            s.execute(CLOSE_SIDE_DOORS);
        }
    }

    private static void create(Statement statement, String role, String login) throws SQLException {
        if (!exists(statement, "select from pg_roles where rolname = '" + role + "'")) {
            statement.execute("create role " + role + " " + login);
        }
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (ResultSet r = statement.executeQuery(query)) {
            return r.next();
        }
    }

    /** Ends a server that nobody in this process holds: after kill -9 it lives on. */
    private static void stop(Path data) throws IOException, Refusal {
        Optional<ProcessHandle> running = running(data);
        if (running.isPresent()) {
            long pid = running.orElseThrow().pid();
            System.out.println("PostgreSQL: process " + pid + " was left behind, stopping it");
            // SIGINT: fast shutdown; Java itself sends SIGTERM, which waits for every client
            new ProcessBuilder("kill", "-INT", Long.toString(pid)).inheritIO().start();
            if (!RunningProcess.awaitEnd(running.orElseThrow(), Duration.ofMinutes(1))) {
                throw new Refusal("PostgreSQL, process " + pid + ", was left behind and does not stop: end it by hand");
            }
        }
    }

    /** Who serves the data directory: postmaster.pid tells its id (line 1) and its start in epoch seconds (line 3). */
    private static Optional<ProcessHandle> running(Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        List<String> lines = Files.exists(pidFile) ? Files.readAllLines(pidFile) : List.of();
        return lines.size() < 3
                ? Optional.empty()
                : RunningProcess.find(
                        Long.parseLong(lines.get(0).strip()),
                        Instant.ofEpochSecond(Long.parseLong(lines.get(2).strip())),
                        Duration.ofSeconds(5));
    }

    /** How the application logs in, and the owner that migrates. */
    public Database access() {
        return access(server.getPort(), passwords);
    }

    /** The same of the database that a launcher keeps in its home and has started. */
    public static Database accessOf(Path home) throws IOException {
        int port = URI.create(Files.readString(Home.superuserUri(home)).strip()).getPort();
        return access(port, Passwords.in(passwordsOf(home)));
    }

    private static Path passwordsOf(Path home) {
        return home.resolve("postgresql-passwords");
    }

    private static Database access(int port, Passwords passwords) {
        return new Database(
                Optional.of("jdbc:postgresql://127.0.0.1:" + port + "/narthex"),
                APP,
                passwords.of(APP),
                Optional.of(OWNER),
                passwords.of(OWNER));
    }

    public int port() {
        return server.getPort();
    }

    /** How an auditor logs in: a URI as libpq reads it. */
    public String auditorUri() {
        return uri(AUDITOR);
    }

    /** How the superuser logs in. */
    public String superuserUri() {
        return uri(SUPERUSER);
    }

    private String uri(String role) {
        return "postgresql://" + role + ":" + passwords.of(role).reveal() + "@127.0.0.1:" + server.getPort()
                + "/narthex";
    }

    /** {@code kill -9}: what its log does not have yet is gone. */
    public void kill() throws IOException {
        crash();
        server.close();
    }

    /** The same; {@link #close} is still to come, which takes seconds. */
    public void crash() throws IOException {
        ProcessHandle postmaster = running(data).orElseThrow();
        // one that lives on a moment longer would keep the next server from starting
        List<ProcessHandle> all =
                Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(process -> RunningProcess.awaitEnd(process, Duration.ofMinutes(1)));
    }

    @Override
    public void close() throws IOException {
        Optional<ProcessHandle> postmaster = running(data);
        server.close();
        // pg_ctl returns when postmaster.pid is gone, a moment before the process is
        postmaster.ifPresent(process -> RunningProcess.awaitEnd(process, Duration.ofSeconds(5)));
    }
}
