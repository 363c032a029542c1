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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the closures of paths, among what was pushed into a cache and what it shows of the machines' stores, a level of references
 * at a time: one look-up by hash each. Every call needs a transaction of the caller's.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class ClosureWalk {
    /** Because of offset 0 every look-up uses an index. */
    private static final String LEVEL = """
        select u.id, u.hash, u.refs
        from unnest(cast(? as bytea[]), cast(? as text[])) as r(hash, name)
             cross join lateral (select x.id, x.hash, x.refs from uploaded_path x
                                  where x.cache_id = ? and x.hash = r.hash and x.name = r.name and x.condemned_at is null
                                    and not exists (select from blob b where b.id = x.blob_id and b.quarantined_at is not null)
                                 offset 0) u
        """;

    private static final String LOCAL = """
        select -l.id, l.hash, l.refs
        from unnest(cast(? as bytea[]), cast(? as text[])) as r(hash, name)
             cross join nix_store n
             cross join lateral (select x.id, x.hash, x.refs from local_path x
                                  where x.store_id = n.id and x.hash = r.hash and x.name = r.name and x.quarantined_at is null
                                 offset 0) l
        """;

    private static final String LOCK =
            "select u.id from uploaded_path u where u.id = any (?) and u.condemned_at is null order by u.id for share";

    @Inject
    private ClosureRows rows;

    /** The row of a path. */
    @SuppressWarnings("ArrayRecordComponent") // lives for one closure, never compared
    private record Row(byte[] hash, long id) {}

    /**
     * The numbers of a closure's rows, in the order of their hashes, locked against whoever would remove them: of what was pushed
     * its row, of what a machine's store has its row with a minus.
     */
    long[] closure(Cache source, Collection<StorePath> roots) {
        Map<StorePathHash, Row> found = new HashMap<>();
        List<String> level = roots.stream().map(StorePath::baseName).toList();
        Set<String> seen = new HashSet<>(level);
        while (!level.isEmpty()) {
            List<String> next = new ArrayList<>();
            for (String reference : level(source, level, found)) {
                if (seen.add(reference)) {
                    next.add(reference);
                }
            }
            level = next;
        }
        long[] ids = found.values().stream()
                .sorted(Comparator.comparing(Row::hash, Arrays::compareUnsigned))
                .mapToLong(Row::id)
                .toArray();
        Set<Long> locked = lock(ids);
        return Arrays.stream(ids).filter(id -> id < 0 || locked.contains(id)).toArray();
    }

    /** Adds the rows of these paths to what was found; gives what they refer to. */
    private List<String> level(Cache source, List<String> baseNames, Map<StorePathHash, Row> found) {
        List<String> references = new ArrayList<>();
        look(LEVEL, baseNames, source, found, references);
        if (source.showsLocalStore()) {
            List<String> left = baseNames.stream()
                    .filter(name -> !found.containsKey(hash(name)))
                    .toList();
            if (!left.isEmpty()) {
                look(LOCAL, left, null, found, references);
            }
        }
        return references;
    }

    private void look(
            String sql,
            List<String> baseNames,
            @Nullable Cache source,
            Map<StorePathHash, Row> found,
            List<String> references) {
        rows.with(sql, s -> {
            s.setArray(
                    1,
                    s.getConnection()
                            .createArrayOf(
                                    "bytea",
                                    baseNames.stream()
                                            .map(name -> hash(name).toBytes())
                                            .toArray(byte[][]::new)));
            s.setArray(
                    2,
                    ClosureRows.texts(
                            s, baseNames.stream().map(ClosureWalk::name).toList()));
            if (source != null) {
                s.setInt(3, source.id());
            }
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    byte[] hash = r.getBytes(2);
                    if (found.putIfAbsent(StorePathHash.of(hash), new Row(hash, r.getLong(1))) == null) {
                        references.addAll(Arrays.asList((String[]) r.getArray(3).getArray()));
                    }
                }
            }
            return references;
        });
    }

    private Set<Long> lock(long[] ids) {
        return rows.with(LOCK, s -> {
            s.setArray(1, ClosureRows.numbers(s, ids));
            return ids(s);
        });
    }

    private static Set<Long> ids(PreparedStatement s) throws SQLException {
        Set<Long> ids = new HashSet<>();
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                ids.add(r.getLong(1));
            }
        }
        return ids;
    }

    private static StorePathHash hash(String baseName) {
        return StorePathHash.parse(baseName.substring(0, StorePathHash.LENGTH));
    }

    private static String name(String baseName) {
        return baseName.substring(StorePathHash.LENGTH + 1);
    }
}
