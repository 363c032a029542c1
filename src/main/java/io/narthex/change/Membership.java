package io.narthex.change;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this server's place among the nodes of the cluster. Thread-safe; methods that take a connection are for the
 * feed's thread alone.
 */
final class Membership {
    /** The least that a monitor waits for; below it the loop would spin. */
    private static final long MILLISECOND = 1_000_000;

    private final String name;
    private volatile @Nullable Joined joined;
    private long renewedAt;

    /** @param seenAt when every other node has seen the row, in the time of {@link System#nanoTime()} */
    private record Joined(UUID id, long seenAt) {
        boolean isSeen() {
            return System.nanoTime() - seenAt >= 0;
        }
    }

    Membership(String name) {
        this.name = name;
    }

    /** Renews the row when that is due, joins anew if it is gone, and tells whether there is no other. */
    boolean poll(Connection connection) throws SQLException {
        Joined known = joined;
        if (known == null) {
            return join(connection);
        }
        long now = System.nanoTime();
        if (now - renewedAt >= FeedTimes.RENEWAL.toNanos()) {
            Nodes.renew(connection, known.id);
            Nodes.removeDead(connection);
            renewedAt = now;
        }
        Nodes.Present present = Nodes.present(connection, known.id);
        return present.self() ? !present.others() : join(connection);
    }

    private boolean join(Connection connection) throws SQLException {
        UUID id = UUID.randomUUID();
        renewedAt = System.nanoTime();
        Nodes.removeDead(connection);
        Nodes.join(connection, id, name);
        boolean alone = !Nodes.present(connection, id).others();
        long now = System.nanoTime();
        set(new Joined(id, alone ? now : now + FeedTimes.JOIN.toNanos()));
        return alone;
    }

    private synchronized void set(@Nullable Joined next) {
        joined = next;
        notifyAll();
    }

    /** Takes the row away, so that the others need not wait until it is dead. */
    void leave(Connection connection) throws SQLException {
        Joined known = joined;
        set(null);
        if (known != null) {
            Nodes.leave(connection, known.id);
        }
    }

    boolean isSeen() {
        Joined known = joined;
        return known != null && known.isSeen();
    }

    /**
     * Waits until every other node has seen this one.
     *
     * @return the id under which to write
     */
    UUID awaitSeen() {
        Joined known = joined;
        return known != null && known.isSeen() ? known.id : await(System.nanoTime() + FeedTimes.SILENCE.toNanos());
    }

    private synchronized UUID await(long end) {
        for (; ; ) {
            Joined known = joined;
            if (known != null && known.isSeen()) {
                return known.id;
            }
            long rest = (known == null ? end : known.seenAt) - System.nanoTime();
            if (known == null && rest <= 0) {
                throw new DatabaseAwayException();
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(rest, MILLISECOND));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DatabaseAwayException();
            }
        }
    }
}
