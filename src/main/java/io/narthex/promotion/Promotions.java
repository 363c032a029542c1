package io.narthex.promotion;

import io.narthex.cache.Cache;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The promotions that there were. Every call needs a transaction of the caller's. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Promotions {
    private static final String SELECT = """
        select p.id, p.source, p.roots, p.pin, p.note, p.state, p.failure, p.paths, p.added, p.created_at, k.public_id,
               p.visible_at, p.undone_at, r.done, r.total, r.begun_at, r.at
        from promotion p left join token k on k.id = p.created_by left join promotion_progress r on r.promotion_id = p.id
        where p.cache_id = ?
        """;
    private static final String ADD = """
        insert into promotion (tenant_id, cache_id, source_id, source, roots, pin, note, state, created_by, paths)
        values (?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?) returning id
        """;
    private static final String SHOW =
            "update promotion set state = 'visible', visible_at = now(), paths = ?, added = ? where id = ?";
    private static final String FAIL = "update promotion set state = 'failed', failure = ? where id = ?";
    /** Not "for update": rows that refer to it, as the one that says how far it is, are written by others meanwhile. */
    private static final String LOCK =
            "select id, source_id, cache_id, roots, created_by from promotion where id = ? and state = ?"
                    + " for no key update";

    private static final String NEXT =
            "select id, source_id, cache_id, roots, created_by from promotion where state = 'waiting' order by id"
                    + " limit 1";
    private static final String PATHS = """
        insert into promoted_path (promotion_id, cache_id, hash, added)
        select ?, ?, h.hash, h.added from unnest(cast(? as bytea[]), cast(? as boolean[])) as h(hash, added)
        """;
    private static final String UNDO = "update promotion set state = 'undone', undone_at = now() where id = ?";
    private static final String REMOVE = """
        select left(r.base_name, 32) from remove_uploaded_paths(promoted_alone(?), null, 'deleted') r
        """;
    private static final String PIN = """
        select store_path_base_name(r.hash, r.name)
        from pin n join pin_revision r on r.pin_id = n.id and r.replaced_at is null
        where n.cache_id = ? and n.name = ? and (n.expires_at is null or n.expires_at > now())
        """;
    private static final String REVOKED_SOURCE = """
        select exists (select from cache c join tenant t on t.id = c.tenant_id
                        where c.id = ? and c.deleted_at is null and t.deleted_at is null)
        """;

    @Inject
    private ClosureRows rows;

    /** By their numbers, those behind one. */
    List<PromotionResponse> list(Cache cache, long after, int limit) {
        return read(SELECT + " and p.id > ? order by p.id limit " + limit, cache, after);
    }

    /** The newest first. */
    List<PromotionResponse> newest(Cache cache, int limit) {
        return read(SELECT + " and p.id <= ? order by p.id desc limit " + limit, cache, Long.MAX_VALUE);
    }

    Optional<PromotionResponse> find(Cache cache, long id) {
        return read(SELECT + " and p.id = ?", cache, id).stream().findFirst();
    }

    private List<PromotionResponse> read(String sql, Cache cache, long id) {
        return rows.with(sql, s -> {
            s.setInt(1, cache.id());
            s.setLong(2, id);
            List<PromotionResponse> all = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    all.add(response(r));
                }
            }
            return all;
        });
    }

    private static PromotionResponse response(ResultSet r) throws SQLException {
        return new PromotionResponse(
                r.getLong(1),
                r.getString(2),
                List.of((String[]) r.getArray(3).getArray()),
                r.getString(4),
                r.getString(5),
                r.getString(6),
                r.getString(7),
                r.getLong(8),
                r.getLong(9),
                Objects.requireNonNull(instant(r, 10)),
                r.getString(11),
                instant(r, 12),
                instant(r, 13),
                Progress.of(r.getString(6), r.getLong(8), r.getLong(14), instant(r, 16), instant(r, 17)));
    }

    private static @Nullable Instant instant(ResultSet r, int column) throws SQLException {
        OffsetDateTime at = r.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    /**
     * Writes down that somebody wants one; gives its number.
     *
     * @param paths how many its closure has now
     */
    long add(Cache target, Cache source, List<StorePath> roots, PromotionRequest request, OptionalLong by, long paths) {
        return rows.with(ADD, s -> {
            s.setInt(1, target.tenantId());
            s.setInt(2, target.id());
            s.setInt(3, source.id());
            s.setString(4, source.fullName());
            s.setArray(
                    5,
                    ClosureRows.texts(s, roots.stream().map(StorePath::baseName).toList()));
            s.setString(6, request.pin());
            s.setString(7, request.note());
            s.setObject(8, by.isPresent() ? by.getAsLong() : null, Types.BIGINT);
            s.setLong(9, paths);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return r.getLong(1);
            }
        });
    }

    /** Writes down which paths it made visible. */
    void show(long id, Cache target, Set<StorePathHash> closure, Set<StorePathHash> added) {
        rows.with(PATHS, s -> {
            s.setLong(1, id);
            s.setInt(2, target.id());
            List<StorePathHash> all = List.copyOf(closure);
            s.setArray(
                    3,
                    s.getConnection()
                            .createArrayOf(
                                    "bytea",
                                    all.stream().map(StorePathHash::toBytes).toArray(byte[][]::new)));
            s.setArray(
                    4,
                    s.getConnection()
                            .createArrayOf(
                                    "boolean", all.stream().map(added::contains).toArray()));
            return s.executeUpdate();
        });
        rows.with(SHOW, s -> {
            s.setLong(1, closure.size());
            s.setLong(2, added.size());
            s.setLong(3, id);
            return s.executeUpdate();
        });
    }

    void fail(long id, String why) {
        rows.with(FAIL, s -> {
            s.setString(1, why);
            s.setLong(2, id);
            return s.executeUpdate();
        });
    }

    /** What a promotion that waits is about. */
    record Wanted(long id, int source, int target, List<StorePath> roots, OptionalLong by) {}

    /** The oldest that waits. */
    Optional<Wanted> next() {
        return rows.with(NEXT, Promotions::wanted);
    }

    /** One of that state, which nobody changes until the end of the transaction. */
    Optional<Wanted> lock(long id, String state) {
        return rows.with(LOCK, s -> {
            s.setLong(1, id);
            s.setString(2, state);
            return wanted(s);
        });
    }

    private static Optional<Wanted> wanted(PreparedStatement s) throws SQLException {
        try (ResultSet r = s.executeQuery()) {
            if (!r.next()) {
                return Optional.empty();
            }
            List<StorePath> roots = List.of((String[]) r.getArray(4).getArray()).stream()
                    .map(StorePath::parseBaseName)
                    .toList();
            long number = r.getLong(5);
            OptionalLong by = r.wasNull() ? OptionalLong.empty() : OptionalLong.of(number);
            return Optional.of(new Wanted(r.getLong(1), r.getInt(2), r.getInt(3), roots, by));
        }
    }

    /**
     * Removes what is in the cache by this promotion alone; gives what that was.
     *
     * @throws io.narthex.hold.HeldException where some of it is under a legal hold
     */
    List<StorePathHash> undo(long id) {
        List<StorePathHash> removed = rows.with(REMOVE, s -> {
            s.setLong(1, id);
            List<StorePathHash> hashes = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    hashes.add(StorePathHash.parse(r.getString(1)));
                }
            }
            return hashes;
        });
        rows.with(UNDO, s -> {
            s.setLong(1, id);
            return s.executeUpdate();
        });
        return removed;
    }

    /** What a pin of a cache names now. */
    Optional<StorePath> pinned(Cache cache, String pin) {
        return rows.with(PIN, s -> {
            s.setInt(1, cache.id());
            s.setString(2, pin);
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? Optional.of(StorePath.parseBaseName(r.getString(1))) : Optional.<StorePath>empty();
            }
        });
    }

    /** Lets nobody delete a cache until the end of the transaction; false where that is done already. */
    boolean hold(Cache source) {
        rows.with("select pg_advisory_xact_lock_shared(hashtextextended('cache ' || ?, 0))", s -> {
            s.setInt(1, source.id());
            return s.execute();
        });
        return rows.with(REVOKED_SOURCE, s -> {
            s.setInt(1, source.id());
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return r.getBoolean(1);
            }
        });
    }
}
