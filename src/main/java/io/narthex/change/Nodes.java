package io.narthex.change;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/**
 * Reads and writes the rows of the table {@code node}. A row is deleted only under its exclusive lock, and who writes
 * changes shares that lock until the commit: no change commits under a row that is gone.
 */
final class Nodes {
    private static final String LOCK = "(hashtextextended('node ' || id, 0))";

    /** The case keeps the locks of living nodes untouched, whatever the planner evaluates first. */
    private static final String REMOVE_DEAD =
            "delete from node where case when seen_at < clock_timestamp() - interval '" + FeedTimes.DEAD.toSeconds()
                    + " seconds' then pg_try_advisory_xact_lock" + LOCK + " else false end";

    private static final String LEAVE = "delete from node where id = ? and pg_try_advisory_xact_lock" + LOCK;

    /** Who has a row now. */
    record Present(boolean self, boolean others) {}

    private Nodes() {}

    static void join(Connection connection, UUID id, String name) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into node (id, name) values (?, ?)")) {
            insert.setObject(1, id);
            insert.setString(2, name);
            insert.executeUpdate();
        }
    }

    static void renew(Connection connection, UUID id) throws SQLException {
        update(connection, "update node set seen_at = clock_timestamp() where id = ?", id);
    }

    /** One whose writers are still at it stays until they are done, and dies later. */
    static void leave(Connection connection, UUID id) throws SQLException {
        update(connection, LEAVE, id);
    }

    static void removeDead(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(REMOVE_DEAD);
        }
    }

    static Present present(Connection connection, UUID id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select count(*) filter (where id = ?) > 0," + " count(*) filter (where id <> ?) > 0 from node")) {
            select.setObject(1, id);
            select.setObject(2, id);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return new Present(row.getBoolean(1), row.getBoolean(2));
            }
        }
    }

    /** Keeps the row from being removed until the transaction's end, if it is there. */
    static void keep(Connection connection, UUID id) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(
                "select pg_advisory_xact_lock_shared" + LOCK + " from (select cast(? as uuid) as id) n")) {
            lock.setObject(1, id);
            lock.execute();
        }
    }

    private static void update(Connection connection, String sql, UUID id) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setObject(1, id);
            update.executeUpdate();
        }
    }
}
