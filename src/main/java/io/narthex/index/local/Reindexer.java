package io.narthex.index.local;

import io.narthex.key.KeyRing;
import io.narthex.localstore.LocalStore;
import io.narthex.localstore.NixPage;
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
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares the Nix database with the index, a page of row numbers at a time, and writes the differences. Nix never uses
 * a row number again and hands them out in order, so that both sides are walked once, side by side.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Reindexer {
    /** Rows of a page that are written: a quarter of a second where all are new. */
    private static final int PAGE = 5_000;
    /** Rows of a page that are compared: as long, where all are the same. */
    private static final int COMPARED = 50_000;

    /** Number and digest. */
    private static final int ROW_BYTES = Long.BYTES + RowDigest.BYTES;

    @Inject
    private LocalStore store;

    @Inject
    private IndexedPaths rows;

    @Inject
    private PathRows index;

    @Inject
    private PathSigner signer;

    @Inject
    private NextPage next;

    @Inject
    private PathWriter writer;

    /**
     * What one page did.
     *
     * @param lastId where the next page begins; -1 after the last
     */
    record Difference(long lastId, long seen, long added, long updated, long removed) {
        private Difference andSame(long more) {
            return new Difference(lastId, seen + more, added, updated, removed);
        }
    }

    /** Brings the rows after one number of the Nix database up to date. */
    Difference page(long afterId) {
        List<KeyRing.Member> keys = rows.keys();
        Optional<NextPage.Page> ready = next.take(afterId, keys);
        if (ready.isPresent()) {
            return write(afterId, keys, ready.get().rows(), ready.get().signed());
        }
        if (index.highestNixId(rows.storeId()) <= afterId) {
            return write(afterId, keys, store.database().whole(afterId, PAGE), List.of());
        }
        SortedMap<Long, RowDigest> present = store.database().digests(afterId, COMPARED);
        long lastId = present.isEmpty() ? Long.MAX_VALUE : present.lastKey();
        // mostly nothing is new: one value tells, where thousands of rows would be made into objects
        int differs = Arrays.mismatch(bytes(present), index.digests(rows.storeId(), afterId, lastId));
        if (differs < 0) {
            return new Difference(present.isEmpty() ? -1 : lastId, present.size(), 0, 0, 0);
        }
        int same = differs / ROW_BYTES;
        long lastSame = present.keySet().stream().limit(same).reduce(afterId, (before, id) -> id);
        return write(lastSame, keys, store.database().whole(lastSame, PAGE), List.of())
                .andSame(same);
    }

    /** As {@link PathRows#digests} has them. */
    private static byte[] bytes(SortedMap<Long, RowDigest> rows) {
        ByteBuffer bytes = ByteBuffer.allocate(rows.size() * ROW_BYTES);
        rows.forEach((id, digest) -> bytes.putLong(id).put(digest.bytes()));
        return bytes.array();
    }

    /** @param signed by all keys, where the page was prepared */
    private Difference write(long afterId, List<KeyRing.Member> keys, NixPage page, List<SignedRow> signed) {
        boolean end = page.digests().isEmpty();
        long lastId = end ? Long.MAX_VALUE : page.digests().lastKey();
        Map<Long, PathRows.Known> known = new HashMap<>();
        index.known(rows.storeId(), afterId, lastId).forEach(k -> known.put(k.nixId(), k));
        List<ValidPath> changed = page.paths().stream()
                .filter(p -> !isSame(known.get(p.id()), p.digest()))
                .toList();
        List<Long> gone = gone(known, page.digests().keySet(), end);
        index.remove(gone);
        List<SignedRow> all = changed.size() == signed.size() ? signed : signer.sign(store.storeDir(), keys, changed);
        if (changed.size() > PAGE / 2) {
            next.prepare(lastId, PAGE, keys);
        }
        Map<Boolean, List<SignedRow>> byKnown = all.stream()
                .collect(Collectors.partitioningBy(
                        row -> known.containsKey(row.path().id())));
        List<SignedRow> added = byKnown.getOrDefault(false, List.of());
        List<SignedRow> updated = byKnown.getOrDefault(true, List.of());
        writer.add(rows.storeId(), keys, added);
        writer.write(rows.storeId(), keys, updated);
        return new Difference(end ? -1 : lastId, page.digests().size(), added.size(), updated.size(), gone.size());
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
