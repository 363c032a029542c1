package io.narthex.auditor;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;

/** Calls the functions of the database that look after the record, in the caller's transaction. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class RecordFunctions {
    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** Writes what paths refer to where closures look it up; gives of how many paths. */
    int fillEdges(int most) {
        return call("select fill_path_edges(?)", most);
    }

    /** Writes down what lies in each cache today; gives of how many caches. */
    int snapshotStorage() {
        return call("select snapshot_storage()");
    }

    /** Drops the tables of months that were detached so many days ago; gives how many months. */
    int dropDetached(int days) {
        return call("select drop_detached_audit_months(?)", days);
    }

    /**
     * Some tokens that were looked at.
     *
     * @param last the id of the last of them; 0: there are no more
     */
    record Forgotten(long last, int removed) {}

    /**
     * Forgets what is old of one kind; gives how many.
     *
     * @param kind a table, as the functions of the database are named after it
     */
    int forget(String kind, int most) {
        return call("select forget_" + kind + "(?)", most);
    }

    /** Forgets tokens that nobody needs, of the next so many that ended long ago. */
    Forgotten forgetTokens(long after, int most) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement("select last, removed from forget_tokens(?, ?)")) {
            s.setLong(1, after);
            s.setInt(2, most);
            try (ResultSet row = s.executeQuery()) {
                row.next();
                return new Forgotten(row.getLong(1), row.getInt(2));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("tokens cannot be forgotten", e);
        }
    }

    /** About how many rows there are of each thing that comes and has to go again. */
    @Transactional(Transactional.TxType.SUPPORTS)
    Map<String, Long> growing() {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement("select what, rows from growing()");
                ResultSet row = s.executeQuery()) {
            Map<String, Long> all = new HashMap<>();
            while (row.next()) {
                all.put(row.getString(1), row.getLong(2));
            }
            return all;
        } catch (SQLException e) {
            throw new IllegalStateException("what grows cannot be counted", e);
        }
    }

    private int call(String sql, Object... arguments) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                s.setObject(i + 1, arguments[i]);
            }
            try (ResultSet row = s.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(sql + " failed", e);
        }
    }
}
