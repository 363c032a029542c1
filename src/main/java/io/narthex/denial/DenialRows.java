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
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads all rules from the database, as each node remembers them. */
@ApplicationScoped
@Retried
@Transactional
class DenialRows {
    private static final int FETCHED = 10_000;
    private static final String RULES =
            "select id, cache_id, name, pattern, hash, nar_hash, dependents, until from denial order by id";
    private static final String PATHS =
            "select x.denial_id, left(p.base_name, 32) from denied_path x join store_path p on p.id = x.path_id";
    /** Which derivations made what is denied; by the collation of the indexes, which is not that of store_path. */
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

    List<Denial> load() {
        try (Connection connection = dataSource.getConnection()) {
            List<Denial> rules = new ArrayList<>();
            try (PreparedStatement s = connection.prepareStatement(RULES);
                    ResultSet r = s.executeQuery()) {
                if (!r.next()) {
                    return rules;
                }
                Map<Long, Set<StorePathHash>> paths = hashes(connection, PATHS);
                Map<Long, Set<StorePathHash>> derivations = hashes(connection, DERIVATIONS);
                do {
                    long id = r.getLong(1);
                    rules.add(new Denial(
                            id,
                            r.getObject(2, Integer.class),
                            r.getString(3),
                            denied(r.getString(4), r.getBytes(5), r.getBytes(6)),
                            r.getBoolean(7),
                            instant(r, 8),
                            paths.getOrDefault(id, Set.of()),
                            derivations.getOrDefault(id, Set.of())));
                } while (r.next());
            }
            return rules;
        } catch (SQLException e) {
            throw new IllegalStateException("the rules cannot be read", e);
        }
    }

    private static Map<Long, Set<StorePathHash>> hashes(Connection connection, String sql) throws SQLException {
        Map<Long, Set<StorePathHash>> hashes = new HashMap<>();
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setFetchSize(FETCHED);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    hashes.computeIfAbsent(r.getLong(1), id -> new HashSet<>())
                            .add(StorePathHash.parse(r.getString(2)));
                }
            }
        }
        return hashes;
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
