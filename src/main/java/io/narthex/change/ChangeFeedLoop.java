package io.narthex.change;

import io.narthex.thread.Guarded;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** Runs the change feed on a thread of its own: one connection, two polls a second, until it is stopped. */
final class ChangeFeedLoop implements Runnable {
    private static final System.Logger LOG = System.getLogger(ChangeFeedLoop.class.getName());
    /** Says only "look now"; what changed is in the rows. */
    private static final String CHANNEL = "narthex_change";

    private final DataSource dataSource;
    private final Heartbeat heartbeat;
    private final Listeners listeners;
    private final Membership membership;
    private volatile boolean toTell;
    private volatile boolean stopped;
    /** For the feed's thread only. */
    private boolean away;

    ChangeFeedLoop(DataSource dataSource, Heartbeat heartbeat, List<ChangeListener> listeners, String name) {
        this.dataSource = dataSource;
        this.heartbeat = heartbeat;
        this.listeners = new Listeners(listeners, heartbeat);
        membership = new Membership(name);
        heartbeat.lost();
    }

    /** This node's transaction has committed these. On any thread. */
    void committed(List<Change> changes) {
        listeners.changed(changes);
        toTell = true;
    }

    boolean isSeen() {
        return membership.isSeen();
    }

    UUID awaitSeen() {
        return membership.awaitSeen();
    }

    /** Ends the thread, which is to be woken. On any thread. */
    void stop() {
        stopped = true;
    }

    /** An interrupted thread cannot use the pool any more, and does not leave. */
    private boolean isStopped() {
        return stopped || Thread.currentThread().isInterrupted();
    }

    /** An Error too is survived: without this thread memory would never count as current again. */
    @Override
    public void run() {
        Runnable connected = new Guarded("change-feed", this::connect);
        while (!isStopped()) {
            connected.run();
            LockSupport.parkNanos(FeedTimes.PERIOD.toNanos());
        }
    }

    private void connect() {
        try (Connection connection = dataSource.getConnection()) {
            follow(connection);
        } catch (SQLException | RuntimeException e) {
            if (!away && !isStopped()) {
                LOG.log(Level.WARNING, "event=database-away reason={0}", e.getMessage());
                away = true;
            }
        } finally {
            heartbeat.lost();
        }
    }

    private void follow(Connection connection) throws SQLException {
        int timeout = connection.getNetworkTimeout();
        // else a network that went away without a word would hold the thread for minutes
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(FeedTimes.SILENCE.toMillis()));
        try {
            execute(connection, "listen " + CHANNEL);
            PGConnection wire = connection.unwrap(PGConnection.class);
            ChangeReader reader = new ChangeReader(connection, FeedTimes.REMOVAL);
            listeners.lost();
            while (!isStopped()) {
                long begun = System.nanoTime();
                boolean alone = poll(connection, reader, begun);
                if (away) {
                    LOG.log(Level.INFO, "event=database-back");
                    away = false;
                }
                await(connection, wire, begun, alone);
            }
            heartbeat.lost();
            membership.leave(connection);
        } finally {
            giveBack(connection, timeout);
        }
    }

    /** The nodes first: what one that has just left had changed is read behind it. */
    private boolean poll(Connection connection, ChangeReader reader, long begun) throws SQLException {
        listeners.catchUp();
        boolean alone = membership.poll(connection);
        @Nullable List<Change> changes = reader.next();
        if (changes == null) {
            LOG.log(Level.WARNING, "event=changes-lost");
            listeners.lost();
        } else {
            listeners.changed(changes);
            listeners.heard(begun, alone);
        }
        reader.removeOld();
        return alone;
    }

    /** Until the next poll is due, or another node wakes this one; wakes the others. */
    private void await(Connection connection, PGConnection wire, long begun, boolean alone) throws SQLException {
        do {
            LockSupport.parkNanos(FeedTimes.TICK.toNanos());
            if (toTell) {
                toTell = false;
                if (!alone) {
                    execute(connection, "notify " + CHANNEL);
                }
            }
        } while (System.nanoTime() - begun < FeedTimes.PERIOD.toNanos() && !isWoken(wire) && !isStopped());
    }

    /** Reads what has arrived, without waiting. */
    private static boolean isWoken(PGConnection wire) throws SQLException {
        PGNotification[] arrived = wire.getNotifications();
        boolean woken = false;
        if (arrived != null) {
            for (PGNotification notification : arrived) {
                woken |= notification.getPID() != wire.getBackendPID();
            }
        }
        return woken;
    }

    /** As it came from the pool. */
    private static void giveBack(Connection connection, int timeout) {
        try {
            execute(connection, "unlisten " + CHANNEL);
            connection.setNetworkTimeout(Runnable::run, timeout);
        } catch (SQLException e) {
            LOG.log(Level.DEBUG, "the connection is broken, and the pool finds out too: {0}", e.getMessage());
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
