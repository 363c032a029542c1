package io.narthex.auditor;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
