package io.narthex.index.local;

import io.narthex.localstore.LocalStore;
import io.narthex.localstore.RowDigest;
import io.narthex.localstore.ValidPath;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares the Nix database with the index, a page of row numbers at a time, and writes the differences. Nix never uses
 * a row number again and hands them out in order, so that both sides are walked once, side by side.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Reindexer {
    /** Rows of a page: half a second where all are new. */
    private static final int PAGE = 5_000;

    @Inject
    private LocalStore store;

    @Inject
    private IndexedPaths rows;

    @Inject
    private PathRows index;

    @Inject
    private PathWriter writer;

    /**
     * What one page did.
     *
     * @param lastId where the next page begins; -1 after the last
     */
    record Difference(long lastId, long seen, long added, long updated, long removed) {}

    /** Brings the rows after one number of the Nix database up to date. */
    Difference page(long afterId) {
        SortedMap<Long, RowDigest> present = store.database().digests(afterId, PAGE);
        boolean end = present.isEmpty();
        long lastId = end ? Long.MAX_VALUE : present.lastKey();
        // mostly nothing is new: one value tells, where thousands of rows would be made into objects
        if (Arrays.equals(bytes(present), index.digests(rows.storeId(), afterId, lastId))) {
            return new Difference(end ? -1 : lastId, present.size(), 0, 0, 0);
        }
        Map<Long, PathRows.Known> known = new HashMap<>();
        index.known(rows.storeId(), afterId, lastId).forEach(k -> known.put(k.nixId(), k));
        List<ValidPath> changed = present.entrySet().stream().allMatch(e -> isSame(known.get(e.getKey()), e.getValue()))
                ? List.of()
                : changed(afterId, known);
        long added = changed.stream().filter(p -> !known.containsKey(p.id())).count();
        List<Long> gone = gone(known, present.keySet(), end);
        index.remove(gone);
        writer.write(rows.storeId(), store.storeDir(), rows.rings(), changed);
        return new Difference(end ? -1 : lastId, present.size(), added, changed.size() - added, gone.size());
    }

    /** As {@link PathRows#digests} has them. */
    private static byte[] bytes(SortedMap<Long, RowDigest> rows) {
        ByteBuffer bytes = ByteBuffer.allocate(rows.size() * (Long.BYTES + RowDigest.BYTES));
        rows.forEach((id, digest) -> bytes.putLong(id).put(digest.bytes()));
        return bytes.array();
    }

    private List<ValidPath> changed(long afterId, Map<Long, PathRows.Known> known) {
        return store.database().page(afterId, PAGE).stream()
                .filter(p -> !isSame(known.get(p.id()), p.digest()))
                .toList();
    }

    private static boolean isSame(PathRows.@Nullable Known row, RowDigest digest) {
        return row != null && row.digest().equals(digest);
    }

    /** Behind the last page a row may be newer than the page: Nix is asked again before it goes. */
    private List<Long> gone(Map<Long, PathRows.Known> known, Set<Long> present, boolean end) {
        return known.values().stream()
                .filter(k -> !present.contains(k.nixId()))
                .filter(k -> !end
                        || store.database()
                                .find(k.hash())
                                .filter(p -> p.id() == k.nixId())
                                .isEmpty())
                .map(PathRows.Known::id)
                .toList();
    }
}
