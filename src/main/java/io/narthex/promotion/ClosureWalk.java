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
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the closures of paths, among what was pushed into a cache, what it shows of the machines' stores, and what it was found to
 * show from elsewhere, a level of references at a time: one look-up by hash each. Every call needs a transaction of the caller's.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class ClosureWalk {
    /** Because of offset 0, and of the select around the cache's number, every look-up uses the index by cache and hash. */
    private static final String LEVEL = """
        select u.id, u.hash, u.refs
        from unnest(cast(? as bytea[]), cast(? as text[])) as r(hash, name)
             cross join lateral (select x.id, x.hash, x.refs from uploaded_path x
                                  where x.cache_id = (select cast(? as integer)) and x.hash = r.hash and x.name = r.name and x.condemned_at is null
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

    private static final String LOCK_OF_UPSTREAMS =
            "select p.id from upstream_path p where p.id = any (?) order by p.id for share";

    @Inject
    private ClosureRows rows;

    /** The row of a path. */
    @SuppressWarnings("ArrayRecordComponent") // lives for one closure, never compared
    private record Row(byte[] hash, long id) {}

    /**
     * The numbers of a closure's rows ({@link RowNumber}), in the order of their hashes, locked against whoever would remove them.
     *
     * @param elsewhere what the source does not have itself
     */
    long[] closure(Cache source, Collection<StorePath> roots, Elsewhere elsewhere) {
        Map<StorePathHash, Row> found = new HashMap<>();
        List<String> level = roots.stream().map(StorePath::baseName).toList();
        Set<String> seen = new HashSet<>(level);
        while (!level.isEmpty()) {
            List<String> next = new ArrayList<>();
            for (String reference : level(source, level, elsewhere, found)) {
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
        return Arrays.stream(ids)
                .filter(id -> RowNumber.isOfStore(id) || locked.contains(id))
                .toArray();
    }

    /** Adds the rows of these paths to what was found; gives what they refer to. */
    private List<String> level(
            Cache source, List<String> baseNames, Elsewhere elsewhere, Map<StorePathHash, Row> found) {
        List<String> references = new ArrayList<>();
        look(LEVEL, baseNames, source, found, references);
        if (source.showsLocalStore()) {
            List<String> left = left(baseNames, found);
            if (!left.isEmpty()) {
                look(LOCAL, left, null, found, references);
            }
        }
        for (String name : left(baseNames, found)) {
            elsewhere.find(StorePath.parseBaseName(name)).ifPresent(path -> {
                StorePathHash hash = path.path().hash();
                found.put(hash, new Row(hash.toBytes(), RowNumber.of(path)));
                path.facts().references().forEach(reference -> references.add(reference.baseName()));
            });
        }
        return references;
    }

    private static List<String> left(List<String> baseNames, Map<StorePathHash, Row> found) {
        return baseNames.stream().filter(name -> !found.containsKey(hash(name))).toList();
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
        Set<Long> locked = new HashSet<>(lock(LOCK, Arrays.stream(ids).filter(RowNumber::isUploaded)));
        lock(
                        LOCK_OF_UPSTREAMS,
                        Arrays.stream(ids).filter(RowNumber::isOfUpstream).map(RowNumber::row))
                .forEach(row -> locked.add(RowNumber.ofUpstream(row)));
        return locked;
    }

    private Set<Long> lock(String sql, LongStream rowsToLock) {
        long[] all = rowsToLock.toArray();
        return all.length == 0
                ? Set.of()
                : rows.with(sql, s -> {
                    s.setArray(1, ClosureRows.numbers(s, all));
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
