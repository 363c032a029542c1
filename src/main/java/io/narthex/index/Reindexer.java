package io.narthex.index;

import io.narthex.localstore.LocalStore;
import io.narthex.localstore.NixDatabase;
import io.narthex.localstore.ValidPath;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares the Nix database with the index, a page of row numbers at a time, and writes the differences. Nix never uses
 * a row number again and hands them out in order, so that both sides are walked once, side by side.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Reindexer {
    /** Rows of a page: a tenth of a second of signing, and a transaction that nobody waits for. */
    private static final int PAGE = 2_000;

    @Inject
    private LocalStore store;

    @Inject
    private IndexedPaths rows;

    @Inject
    private PathEntries entries;

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
        NixDatabase.Page page = store.database().page(afterId, PAGE);
        boolean end = page.lastId() < 0;
        Map<Long, PathEntries.Known> known = new HashMap<>();
        entries.known(rows.storeId(), afterId, end ? Long.MAX_VALUE : page.lastId())
                .forEach(k -> known.put(k.nixId(), k));
        Set<Long> present = new HashSet<>();
        List<ValidPath> changed = new ArrayList<>();
        long added = 0;
        for (ValidPath path : page.paths()) {
            present.add(path.id());
            PathEntries.Known row = known.get(path.id());
            if (row == null) {
                added++;
                changed.add(path);
            } else if (!Arrays.equals(row.digest(), path.digest())) {
                changed.add(path);
            }
        }
        List<Long> gone = gone(known, present, end);
        entries.remove(gone);
        writer.write(rows.storeId(), store.storeDir(), changed);
        return new Difference(page.lastId(), page.paths().size(), added, changed.size() - added, gone.size());
    }

    /** Behind the last page a row may be newer than the page: Nix is asked again before it goes. */
    private List<Long> gone(Map<Long, PathEntries.Known> known, Set<Long> present, boolean end) {
        return known.values().stream()
                .filter(k -> !present.contains(k.nixId()))
                .filter(k -> !end
                        || store.database()
                                .find(k.hash())
                                .filter(p -> p.id() == k.nixId())
                                .isEmpty())
                .map(PathEntries.Known::id)
                .toList();
    }
}
