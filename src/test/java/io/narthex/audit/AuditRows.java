package io.narthex.audit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The database of the integration tests, as its owner sees it. */
final class AuditRows {
    /** PostgreSQL, appendix A. */
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private AuditRows() {}

    static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                System.getProperty("it.db.url"),
                System.getProperty("it.db.owner.user"),
                System.getProperty("it.db.owner.password"));
    }

    /** Each row as its columns, with bars between. */
    static List<String> rows(String sql, Object... parameters) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement s = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                s.setObject(i + 1, parameters[i]);
            }
            List<String> rows = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                int columns = r.getMetaData().getColumnCount();
                while (r.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= columns; i++) {
                        row.add(String.valueOf(r.getString(i)));
                    }
                    rows.add(String.join("|", row));
                }
            }
            return rows;
        }
    }

    /** The rows once there are so many, at most a minute later. */
    static List<String> await(int number, String sql, Object... parameters) throws SQLException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        List<String> rows = rows(sql, parameters);
        while (rows.size() < number && System.nanoTime() < end) {
            Thread.sleep(100);
            rows = rows(sql, parameters);
        }
        return rows;
    }

    /**
     * Executes each, also such as change a table. Its lock is waited for only a moment at a time: whoever else asks for that table
     * waits behind it meanwhile, and the one that it waits for may be among them, by another connection.
     */
    static void execute(String... statements) throws SQLException, InterruptedException {
        try (Connection connection = connect();
                Statement s = connection.createStatement()) {
            s.execute("set lock_timeout = '200ms'");
            for (String sql : statements) {
                execute(s, sql);
            }
        }
    }

    private static void execute(Statement statement, String sql) throws SQLException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (true) {
            try {
                statement.execute(sql);
                return;
            } catch (SQLException e) {
                if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(50);
            }
        }
    }
}
