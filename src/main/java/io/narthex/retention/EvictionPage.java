package io.narthex.retention;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.change.ChangeFeed;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes some paths, or files without one, out of a full cache. Each call is a transaction of its own. */
@ApplicationScoped
@Retried
@Transactional(Transactional.TxType.REQUIRES_NEW)
class EvictionPage {
    private static final int AT_ONCE = 500;

    private static final String PATHS =
            "select state, seen_at, seen_id, names from evict_paths(?, ?, ?, ?, ?, ?, ?, ?, ?::timestamptz)";
    private static final String FILES =
            "select state, seen_at, seen_id, '{}'::text[] from evict_files(?, ?, ?, ?, ?, ?, ?, ?)";

    /** Nix claims a file within seconds after it has sent it, or after hours where it sends all files first. */
    private static final int FORSAKEN_MINUTES = 60;

    @Inject
    private Sql sql;

    @Inject
    private ChangeFeed feed;

    @Inject
    private AuditLog audit;

    enum State {
        /** What is wanted fits. */
        ROOM,
        /** It may not fit yet; the next page is behind this one. */
        MORE,
        /** Nothing behind the place may go. */
        KEPT
    }

    /** What is taken, in this order. */
    enum Step {
        /** What the collector has hidden. */
        HIDDEN_PATHS,
        /** Files that no narinfo has claimed for an hour. */
        FORSAKEN_FILES,
        /** What a token used longest ago. */
        PATHS,
        /** Files that no narinfo has claimed yet. */
        FILES
    }

    /**
     * The last one that was looked at.
     *
     * @param at when it was used, hidden or received
     * @param row its row
     */
    record Place(Instant at, long row) {
        static final Place FIRST = new Place(Instant.EPOCH, 0);
    }

    /** @param place null: there is nothing behind it */
    record Evicted(State state, @Nullable Place place, int paths) {}

    /**
     * @param wanted bytes for which there is to be room
     * @param begun whether a page before made room; then nine tenths of the quota are filled, and else the whole
     * @param late of {@link #late}
     */
    Evicted page(Cache cache, long wanted, boolean begun, Step step, Place after, String late) {
        UUID node = feed.awaitSeen();
        record Row(State state, @Nullable Place place, List<String> names) {}
        Object only = switch (step) {
            case HIDDEN_PATHS -> true;
            case PATHS -> false;
            case FORSAKEN_FILES -> FORSAKEN_MINUTES;
            case FILES -> 0;
        };
        boolean ofPaths = only instanceof Boolean;
        List<Object> values =
                new ArrayList<>(List.of(node, cache.id(), wanted, begun, only, after.at(), after.row(), AT_ONCE));
        if (ofPaths) {
            values.add(late);
        }
        Row row = sql.one(
                ofPaths ? PATHS : FILES,
                r -> new Row(State.valueOf(r.getString(1).toUpperCase(Locale.ROOT)), place(r), names(r.getArray(4))),
                values.toArray());
        if (!row.names().isEmpty()) {
            audit.record(ManyPaths.event(AuditAction.PATH_REMOVED, cache.tenantId(), cache.id(), row.names())
                    .detail("reason", "evicted")
                    .detail("removedAt", sql.one("select now()", r -> String.valueOf(Sql.moment(r, 1)))));
        }
        return new Evicted(row.state(), row.place(), row.names().size());
    }

    /** When the first of those was used whose pushers rely on them: all that was used earlier may go, whoever pushed it. */
    String late(Cache cache) {
        return sql.one("select late_pushes(?)::text", r -> r.getString(1), cache.id());
    }

    private static @Nullable Place place(ResultSet row) throws SQLException {
        Instant at = Sql.moment(row, 2);
        return at == null ? null : new Place(at, row.getLong(3));
    }

    private static List<String> names(@Nullable Array names) throws SQLException {
        return names == null ? List.of() : List.of((String[]) names.getArray());
    }
}
