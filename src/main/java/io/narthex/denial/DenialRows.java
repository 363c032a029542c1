package io.narthex.denial;

import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads all rules from the database, as each node remembers them. */
@ApplicationScoped
@Retried
@Transactional
class DenialRows {
    private static final int FETCHED = 10_000;
    private static final String SEEN = "select cast(pg_current_snapshot() as text)";
    private static final String RULES = "select id, cache_id, name, pattern, hash, nar_hash, dependents, until,"
            + " cast(rewritten as text) from denial order by id";
    private static final String PATHS = """
        select x.denial_id, left(p.base_name, 32) from denied_path x join store_path p on p.id = x.path_id
        where x.denial_id = any (?)
        """;
    private static final String NEW_PATHS = """
        select x.denial_id, left(p.base_name, 32)
        from (select cast(? as pg_snapshot) as seen) s
             join denied_path x on x.added >= pg_snapshot_xmin(s.seen) and not pg_visible_in_snapshot(x.added, s.seen)
             join store_path p on p.id = x.path_id
        """;
    /** By the collation of the indexes, which is not that of store_path. */
    private static final String DERIVATIONS = """
        select x.denial_id, left(h.deriver, 32)
        from denied_path x
             join store_path p on p.id = x.path_id
             cross join lateral (select u.deriver from uploaded_path u
                                  where store_path_base_name(u.hash, u.name) = p.base_name collate "default"
                                 union all
                                 select l.deriver from local_path l
                                  where store_path_base_name(l.hash, l.name) = p.base_name collate "default" offset 0) h
        where h.deriver is not null
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * All rules as they are now.
     *
     * @param before what was read before, so that only what is new of the same rules is read; null: nothing was
     */
    ReadDenials load(@Nullable ReadDenials before) {
        try (Connection connection = dataSource.getConnection()) {
            // first the snapshot: what becomes visible after it is read now or the next time, or both
            String seen = text(connection, SEEN);
            Map<Long, Denial> known = before == null ? Map.of() : before.byId();
            List<Denial> rules = rules(connection, known);
            Map<Long, Set<StorePathHash>> sets = rules.stream().collect(Collectors.toMap(Denial::id, Denial::paths));
            if (before != null) {
                read(connection, NEW_PATHS, s -> s.setString(1, before.seen()), sets);
            }
            Long[] others = rules.stream()
                    .filter(rule -> rule.paths().isEmpty())
                    .map(Denial::id)
                    .toArray(Long[]::new);
            if (others.length > 0) {
                read(connection, PATHS, s -> s.setArray(1, connection.createArrayOf("bigint", others)), sets);
            }
            return new ReadDenials(rules, seen);
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /** Which derivations made what each rule denies, by its number. */
    Map<Long, Set<StorePathHash>> derivations() {
        Map<Long, Set<StorePathHash>> made = new HashMap<>();
        try (Connection connection = dataSource.getConnection()) {
            read(connection, DERIVATIONS, s -> {}, made);
        } catch (SQLException e) {
            throw unreadable(e);
        }
        return made;
    }

    private static IllegalStateException unreadable(SQLException e) {
        return new IllegalStateException("the rules cannot be read", e);
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(sql);
                ResultSet r = s.executeQuery()) {
            r.next();
            return r.getString(1);
        }
    }

    /** The paths of one that was not rewritten go on to be those that are known; all others begin without any. */
    private static List<Denial> rules(Connection connection, Map<Long, Denial> known) throws SQLException {
        List<Denial> rules = new ArrayList<>();
        try (PreparedStatement s = connection.prepareStatement(RULES);
                ResultSet r = s.executeQuery()) {
            while (r.next()) {
                Denial last = known.get(r.getLong(1));
                String rewritten = r.getString(9);
                rules.add(new Denial(
                        r.getLong(1),
                        r.getObject(2, Integer.class),
                        r.getString(3),
                        denied(r.getString(4), r.getBytes(5), r.getBytes(6)),
                        r.getBoolean(7),
                        instant(r, 8),
                        rewritten,
                        last != null && last.rewritten().equals(rewritten)
                                ? last.paths()
                                : ConcurrentHashMap.newKeySet()));
            }
        }
        return rules;
    }

    /** Sets what a statement asks with. */
    private interface Parameters {
        void set(PreparedStatement s) throws SQLException;
    }

    /** Adds to the sets; of a rule that has none, a new one. */
    private static void read(
            Connection connection, String sql, Parameters parameters, Map<Long, Set<StorePathHash>> sets)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            parameters.set(s);
            s.setFetchSize(FETCHED);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    sets.computeIfAbsent(r.getLong(1), id -> new HashSet<>()).add(StorePathHash.parse(r.getString(2)));
                }
            }
        }
    }

    /** As a row has it. */
    static Denied denied(@Nullable String pattern, byte @Nullable [] hash, byte @Nullable [] narHash) {
        if (pattern != null) {
            return new Denied.ByName(new NamePattern(pattern));
        }
        return hash == null
                ? new Denied.ByNarHash(NixHash.ofSha256(Objects.requireNonNull(narHash)))
                : new Denied.ByHash(StorePathHash.of(hash));
    }

    /** A moment in a column that may be null. */
    static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
