package io.narthex.change;

import io.narthex.nix.store.StorePathHash;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads each row of the table {@code change} once, whatever the order in which their transactions commit: a read gives
 * what its snapshot sees and the snapshot of the read before did not.
 */
final class ChangeReader {
    /** More at once than this are not worth telling one by one. */
    private static final int MOST = 50_000;
    /** Rows removed by one statement, which takes some ten milliseconds. */
    private static final int REMOVED_AT_ONCE = 10_000;

    /** One statement is one snapshot, which it gives and reads by. The first condition is for the index. */
    private static final String READ = "select cast(s.now as text), clock_timestamp(), c.kind, c.subject, c.hash"
            + " from (select pg_current_snapshot() as now) s left join change c"
            + " on c.tx >= pg_snapshot_xmin(cast(? as pg_snapshot))"
            + " and not pg_visible_in_snapshot(c.tx, cast(? as pg_snapshot)) order by c.tx, c.id limit ?";

    /** The lock, asked for once a statement, lets one node do it. */
    private static final String REMOVE = "delete from change where"
            + " (select pg_try_advisory_xact_lock(hashtextextended('removal of changes', 0)))"
            + " and id in (select id from change where tx < pg_snapshot_xmin(cast(? as pg_snapshot))"
            + " and at < now() - interval '" + FeedTimes.KEPT.toSeconds() + " seconds' limit ?)";

    private final Connection connection;
    private String snapshot;
    private Instant readAt;
    /** All of whose finished transactions were read by everybody when {@link #settleAt} has come. */
    private String settling;

    private final Duration removal;
    private long settleAt;

    /**
     * Begins now: of what was committed before, nothing is read.
     *
     * @param removal between two rounds of removing old changes; every reader reads more often
     */
    ChangeReader(Connection connection, Duration removal) throws SQLException {
        this.connection = connection;
        this.removal = removal;
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select cast(pg_current_snapshot() as text), clock_timestamp()")) {
            row.next();
            snapshot = row.getString(1);
            readAt = instant(row);
        }
        settling = snapshot;
        settleAt = System.nanoTime() + removal.toNanos();
    }

    /** What has become visible since the read before; null when that cannot be told, or is too much to tell. */
    @Nullable
    List<Change> next() throws SQLException {
        Instant before = readAt;
        int rows = 0;
        List<Change> changes = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(READ)) {
            select.setString(1, snapshot);
            select.setString(2, snapshot);
            select.setInt(3, MOST + 1);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    snapshot = row.getString(1);
                    readAt = instant(row);
                    rows++;
                    add(changes, row);
                }
            }
        }
        boolean tooLate = Duration.between(before, readAt).compareTo(FeedTimes.GAP) > 0;
        return tooLate || rows > MOST ? null : changes;
    }

    private static void add(List<Change> changes, ResultSet row) throws SQLException {
        String kind = row.getString(3);
        if (kind == null) {
            return;
        }
        long subject = row.getLong(4);
        byte[] hash = row.getBytes(5);
        ChangeKind.of(kind)
                .ifPresent(
                        known -> changes.add(new Change(known, subject, hash == null ? null : StorePathHash.of(hash))));
    }

    /**
     * Removes, once in a while, what is old. By the snapshot too: a transaction that took an hour has old rows that nobody
     * has read.
     */
    void removeOld() throws SQLException {
        if (System.nanoTime() - settleAt < 0) {
            return;
        }
        try (PreparedStatement delete = connection.prepareStatement(REMOVE)) {
            delete.setString(1, settling);
            delete.setInt(2, REMOVED_AT_ONCE);
            if (delete.executeUpdate() < REMOVED_AT_ONCE) {
                settling = snapshot;
                settleAt = System.nanoTime() + removal.toNanos();
            }
        }
    }

    private static Instant instant(ResultSet row) throws SQLException {
        return row.getObject(2, OffsetDateTime.class).toInstant();
    }
}
