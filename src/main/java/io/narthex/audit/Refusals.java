package io.narthex.audit;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;

/** What was refused, until {@link AuditClock} has it written down. Thread-safe. */
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
        List<Entry> due = counts.due(all);
        if (due.isEmpty()) {
            return;
        }
        int written = 0;
        try (Connection connection = dataSource.getConnection()) {
            for (Entry entry : due) {
                LOG.log(Level.INFO, EventRows.write(connection, entry));
                written++;
            }
        } catch (SQLException | RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "event=refusals-not-written count={0} cause={1}",
                    due.size() - written,
                    e.toString());
            due.subList(written, due.size()).forEach(counts::giveBack);
        }
    }
}
