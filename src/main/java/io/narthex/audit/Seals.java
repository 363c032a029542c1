package io.narthex.audit;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Has the database seal new events into the hash chains, and make the partitions of the months to come. Several nodes
 * may ask at once.
 */
@ApplicationScoped
class Seals {
    private static final System.Logger LOG = System.getLogger(Seals.class.getName());
    private static final int PAGE = 5_000;
    /** A server that stood still for half a year finds room for its first event. */
    private static final int MONTHS_AHEAD = 6;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    private volatile boolean failing;

    /** Seals what was committed. */
    void seal() {
        try (Connection connection = dataSource.getConnection()) {
            int sealed;
            do {
                sealed = call(connection, "select seal_audit_events(?)", PAGE);
            } while (sealed >= PAGE && !Thread.currentThread().isInterrupted());
            failing = false;
        } catch (SQLException | RuntimeException e) {
            if (!failing) {
                failing = true;
                LOG.log(Level.WARNING, "event=events-not-sealed cause={0}", e.toString());
            }
        }
    }

    void makePartitions() {
        try (Connection connection = dataSource.getConnection()) {
            call(connection, "select make_audit_partitions(?)", MONTHS_AHEAD);
        } catch (SQLException | RuntimeException e) {
            LOG.log(Level.WARNING, "event=audit-partitions-not-made cause={0}", e.toString());
        }
    }

    private static int call(Connection connection, String sql, int number) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setInt(1, number);
            try (ResultSet row = s.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }
}
