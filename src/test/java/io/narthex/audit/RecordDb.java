package io.narthex.audit;

import io.narthex.configuration.Migrations;
import io.narthex.it.TestDatabase;
import io.narthex.serve.EmbeddedDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A migrated database with the record of two tenants, acme and globex, who did the same on different paths. */
final class RecordDb implements AutoCloseable {
    static final String WHOLE = "narthex_auditor";
    static final String ACME = "acme_auditor";
    static final String GLOBEX = "globex_auditor";

    private static final String PARTITIONS = """
        select audit_make_partition(p, m::date) from unnest(array['audit_event', 'audit_seal', 'nar_download']) p,
               unnest(array['2026-10-01', '2026-11-01']) m
        """;

    private final EmbeddedDb server;
    private final Path passwords;

    private RecordDb(EmbeddedDb server, Path passwords) {
        this.server = server;
        this.passwords = passwords;
    }

    static RecordDb open() throws IOException, SQLException {
        Path target = Path.of(System.getProperty("it.directory"));
        Path directory = Files.createTempDirectory(Files.createDirectories(target.resolve("it")), "record");
        EmbeddedDb server = TestDatabase.in(directory);
        RecordDb db = new RecordDb(server, directory.resolve("passwords"));
        db.migrate();
        db.fill();
        return db;
    }

    private void migrate() {
        Migrations migrations = new Migrations(
                flyway -> flyway.dataSource(
                        server.access().url().orElseThrow(),
                        server.access().ownerUser().orElseThrow(),
                        server.access().ownerPassword().reveal()),
                server.access().user());
        migrations.run();
    }

    private void fill() throws IOException, SQLException {
        run("narthex_owner", PARTITIONS);
        run("postgres", Files.readString(Path.of("src/test/resources/audit/record.sql")));
        for (String tenant : List.of("acme", "globex")) {
            String auditor = tenant + "_auditor";
            run("postgres", "select audit.create_auditor('" + auditor + "', '" + tenant + "')");
            String password = HexFormat.of().formatHex(new byte[] {1, 2, 3, 4});
            Files.writeString(passwords.resolve(auditor), password);
            run("postgres", "alter role " + auditor + " password '" + password + "'");
        }
        seal();
        run("narthex_app", "select fill_path_edges(100)");
        run("postgres", Files.readString(Path.of("src/test/resources/audit/retention.sql")));
        run("narthex_app", "select snapshot_storage()");
        run("narthex_app", "select fold_usage(1000)");
        run(
                "narthex_app",
                "insert into audit_head (chain, sequence, hash, key_id, signed, signature)"
                        + " select h.chain, h.sequence, h.hash, 1, h.name, h.hash || h.hash from audit_heads_now() h");
    }

    void seal() throws SQLException {
        run("narthex_app", "select seal_audit_events(100)");
    }

    /** Not in a transaction; the caller closes it. */
    Connection as(String role) throws SQLException, IOException {
        return DriverManager.getConnection(
                server.access().url().orElseThrow(),
                role,
                Files.readString(passwords.resolve(role)).strip());
    }

    private void run(String role, String sql) throws SQLException {
        try (Connection connection = as(role)) {
            execute(connection, sql);
        } catch (IOException e) {
            throw new IllegalStateException("no password of " + role, e);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Each row as text, its columns parted by |, null as nothing. */
    static List<String> rows(Connection connection, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    String text = result.getString(i);
                    row.add(text == null ? "" : text);
                }
                rows.add(String.join("|", row));
            }
        }
        return rows;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
