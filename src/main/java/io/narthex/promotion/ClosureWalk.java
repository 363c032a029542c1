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
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the closures of paths that were pushed into a cache, a level of references at a time: one look-up by hash each, in the
 * rows of that cache alone. Every call needs a transaction of the caller's.
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

    private static final String LOCK =
            "select u.id from uploaded_path u where u.id = any (?) and u.condemned_at is null order by u.id for share";

    @Inject
    private ClosureRows rows;

    /** The row of a path. */
    @SuppressWarnings("ArrayRecordComponent") // lives for one closure, never compared
    private record Row(byte[] hash, long id) {}

    /** The rows of a closure, in the order of their hashes, locked against whoever would remove them. */
    long[] closure(Cache source, Collection<StorePath> roots) {
        List<Row> found = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        List<String> level = roots.stream().map(StorePath::baseName).toList();
        seen.addAll(level);
        while (!level.isEmpty()) {
            List<String> next = new ArrayList<>();
            for (String reference : level(source, level, found)) {
                if (seen.add(reference)) {
                    next.add(reference);
                }
            }
            level = next;
        }
        found.sort(Comparator.comparing(Row::hash, Arrays::compareUnsigned));
        long[] ids = found.stream().mapToLong(Row::id).toArray();
        Set<Long> locked = lock(ids);
        return Arrays.stream(ids).filter(locked::contains).toArray();
    }

    /** Adds the rows of these paths to what was found; gives what they refer to. */
    private List<String> level(Cache source, List<String> baseNames, List<Row> found) {
        List<String> references = new ArrayList<>();
        return rows.with(LEVEL, s -> {
            s.setArray(
                    1,
                    s.getConnection()
                            .createArrayOf(
                                    "bytea",
                                    baseNames.stream().map(ClosureWalk::hash).toArray(byte[][]::new)));
            s.setArray(
                    2,
                    ClosureRows.texts(
                            s, baseNames.stream().map(ClosureWalk::name).toList()));
            s.setInt(3, source.id());
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.add(new Row(r.getBytes(2), r.getLong(1)));
                    references.addAll(Arrays.asList((String[]) r.getArray(3).getArray()));
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

    private static byte[] hash(String baseName) {
        return StorePathHash.parse(baseName.substring(0, StorePathHash.LENGTH)).toBytes();
    }

    private static String name(String baseName) {
        return baseName.substring(StorePathHash.LENGTH + 1);
    }
}
