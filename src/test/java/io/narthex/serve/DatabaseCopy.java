package io.narthex.serve;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A copy of the data of the PostgreSQL of a home: all of it, roles and passwords among it, as of one moment. While the
 * server runs this is what PostgreSQL calls a base backup (its manual: Making an Exclusive or Non-Exclusive Low-Level Base
 * Backup); PostgreSQL's own programs for it are not among the binaries on Maven Central.
 */
final class DatabaseCopy {
    private static final Path LOG = Path.of("pg_wal");

    /** Of the running server alone; a copy must not have them. */
    private static final List<Path> OF_THE_PROCESS = List.of(Path.of("postmaster.pid"), Path.of("postmaster.opts"));

    private static final Path SLOTS = Path.of("pg_replslot");

    private DatabaseCopy() {}

    static void make(Path home, Path target) throws IOException, SQLException, Refusal {
        Path data = home.resolve("postgresql");
        if (Files.exists(data.resolve("postmaster.pid"))) {
            try (Connection connection = connect(home.resolve("superuser.uri"));
                    Statement statement = connection.createStatement()) {
                live(data, target, statement);
                return;
            } catch (SQLException e) {
                if (!"08001".equals(e.getSQLState())) { // connection refused: the file was left behind
                    throw e;
                }
            }
        }
        Home held = Home.take(home);
        try {
            TreeCopy.without(data, target, OF_THE_PROCESS::contains);
        } finally {
            held.release();
        }
    }

    private static void live(Path data, Path target, Statement statement) throws IOException, SQLException {
        // keeps the write-ahead log from here on, and goes with this connection
        statement.execute("select pg_create_physical_replication_slot('narthex_backup', true, true)");
        statement.execute("select pg_backup_start('narthex', true)");
        TreeCopy.without(data, target, file -> OF_THE_PROCESS.contains(file) || isIn(LOG, file) || isIn(SLOTS, file));
        try (ResultSet stopped = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
            if (!stopped.next()) {
                throw new SQLException("pg_backup_stop told no label");
            }
            Files.writeString(target.resolve("backup_label"), stopped.getString(1));
        }
        TreeCopy.all(data.resolve(LOG), target.resolve(LOG));
    }

    /** Below a directory, and not the directory itself. */
    private static boolean isIn(Path directory, Path file) {
        return file.startsWith(directory) && !file.equals(directory);
    }

    private static Connection connect(Path uriFile) throws IOException, SQLException {
        URI uri = URI.create(Files.readString(uriFile).strip());
        String[] login = uri.getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(), login[0], login[1]);
    }
}
