package io.narthex.audit;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;

/** Collects refusals until {@link AuditClock} writes them to the database. Thread-safe. */
@ApplicationScoped
class Refusals {
    private static final System.Logger LOG = System.getLogger(Refusals.class.getName());

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    private final RefusalCounts counts = new RefusalCounts(Clock.systemUTC());

    void add(AuditEvent event, Actor actor, String reason) {
        counts.add(event, actor, reason);
    }

    /**
     * Writes what is due, each in a transaction of its own; what cannot be written waits for the next time.
     *
     * @param all whether what would wait for more of its kind is due too
     */
    void write(boolean all) {
        List<StorableEvent> due = counts.due(all);
        if (due.isEmpty()) {
            return;
        }
        int done = 0;
        try (Connection connection = dataSource.getConnection()) {
            for (StorableEvent row : due) {
                write(connection, row);
                done++;
            }
        } catch (SQLException | RuntimeException e) {
            LOG.log(Level.WARNING, "event=refusals-not-written count={0} cause={1}", due.size() - done, e.toString());
            due.subList(done, due.size()).forEach(counts::giveBack);
        }
    }

    /** One that the database will never take stands in the log alone, and holds back no other. */
    private static void write(Connection connection, StorableEvent row) throws SQLException {
        try {
            LOG.log(Level.INFO, EventRows.write(connection, row));
        } catch (SQLException | RuntimeException e) {
            if (!RowFault.isCauseOf(e)) {
                throw e;
            }
            LOG.log(Level.ERROR, "event=refusal-not-kept cause={0} instead: {1}", e.toString(), row.unwritten());
        }
    }
}
