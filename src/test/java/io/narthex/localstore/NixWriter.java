package io.narthex.localstore;

import io.narthex.it.NixStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Writes rows into a database that the real Nix made, in WAL mode as Nix does, and holds it open as Nix may. */
public final class NixWriter implements AutoCloseable {
    private static final String HASH = "sha256:" + "0".repeat(64);

    private final Connection connection;

    private NixWriter(Connection connection) {
        this.connection = connection;
    }

    /** Opens the database of a store; from the first write on there is a write-ahead log beside it. */
    public static NixWriter open(NixStore store) throws SQLException {
        return open(store.database());
    }

    static NixWriter open(Path database) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        try (Statement s = connection.createStatement()) {
            s.execute("pragma journal_mode = wal");
            s.execute("pragma busy_timeout = 20000");
        }
        return new NixWriter(connection);
    }

    /** Registers {@code /nix/store/{hash}-{name}} with values that nothing is wrong with. */
    public void register(String baseName) throws SQLException {
        register(baseName, HASH, 120L, null, null);
    }

    /** Registers a path with what stands in the columns. */
    public void register(
            String baseName, String hash, @Nullable Long narSize, @Nullable String deriver, @Nullable String sigs)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement("insert into ValidPaths"
                + " (path, hash, registrationTime, deriver, narSize, sigs) values (?, ?, 1, ?, ?, ?)")) {
            s.setString(1, "/nix/store/" + baseName);
            s.setString(2, hash);
            s.setString(3, deriver);
            s.setObject(4, narSize);
            s.setString(5, sigs);
            s.executeUpdate();
        }
    }

    /** Runs a statement. */
    public void execute(String sql) throws SQLException {
        try (Statement s = connection.createStatement()) {
            s.execute(sql);
        }
    }

    /** Runs a statement in one transaction with those that follow, until {@link #commit}. */
    public void begin() throws SQLException {
        connection.setAutoCommit(false);
    }

    public void commit() throws SQLException {
        connection.commit();
        connection.setAutoCommit(true);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
