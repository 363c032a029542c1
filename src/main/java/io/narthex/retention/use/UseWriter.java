package io.narthex.retention.use;

import io.narthex.configuration.Settings;
import io.narthex.index.UsedBy;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.lang.System.Logger.Level;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * Writes down, in batches, what {@link UseLog} and {@link PushSessions} have collected, and that this node has done so. One call
 * at a time.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.NOT_SUPPORTED)
public class UseWriter {
    private static final System.Logger LOG = System.getLogger(UseWriter.class.getName());
    private static final int BATCH = 5_000;

    private final UUID node = UUID.randomUUID();

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private UseLog log;

    @Inject
    private PushSessions pushers;

    @Inject
    private Settings settings;

    private boolean failing;

    /** Writes what there is; what cannot be written waits for the next time. */
    public synchronized void write() {
        boolean dropped = log.takeDropped();
        List<PushSessions.Pusher> pushing = pushers.take();
        List<UseLog.Use> batch = log.take(BATCH);
        try (Connection connection = dataSource.getConnection()) {
            note(connection, pushing);
            pushing = List.of();
            while (!batch.isEmpty()) {
                noteUses(connection, batch);
                batch = log.take(BATCH);
            }
            watch(connection, dropped);
            failing = false;
        } catch (SQLException | RuntimeException e) {
            pushers.giveBack(pushing);
            log.giveBack(batch);
            if (dropped) {
                log.giveBackDropped();
            }
            if (!failing) {
                failing = true;
                LOG.log(Level.WARNING, "event=uses-not-written cause={0}: they wait", e.toString());
            }
        }
    }

    private static void noteUses(Connection connection, List<UseLog.Use> uses) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement("select note_uses(?, ?, ?)")) {
            s.setArray(1, array(connection, "bigint", uses, UseLog.Use::row));
            s.setArray(2, array(connection, "boolean", uses, use -> use.who() != UsedBy.ANYBODY));
            s.setArray(3, array(connection, "boolean", uses, use -> use.who() == UsedBy.PUSHER));
            s.execute();
        }
    }

    private static void note(Connection connection, List<PushSessions.Pusher> pushing) throws SQLException {
        if (pushing.isEmpty()) {
            return;
        }
        try (PreparedStatement s = connection.prepareStatement("select note_pushers(?, ?)")) {
            s.setArray(1, array(connection, "integer", pushing, PushSessions.Pusher::cache));
            s.setArray(2, array(connection, "bigint", pushing, PushSessions.Pusher::token));
            s.execute();
        }
    }

    private static <T> Array array(Connection connection, String type, List<T> all, Function<T, Object> part)
            throws SQLException {
        return connection.createArrayOf(type, all.stream().map(part).toArray());
    }

    private void watch(Connection connection, boolean dropped) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement("select watch_uses(?, ?, ?)")) {
            s.setObject(1, node);
            s.setString(2, settings.name());
            s.setBoolean(3, dropped);
            s.execute();
        }
    }

    /** Writes the last, and says that this node sends nothing any more. */
    synchronized void stop() {
        write();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement("delete from use_watch where node = ?")) {
            s.setObject(1, node);
            s.executeUpdate();
        } catch (SQLException e) {
            // then the others find out that it is gone
            LOG.log(Level.DEBUG, "event=use-watch-not-ended cause={0}", e.toString());
        }
    }
}
