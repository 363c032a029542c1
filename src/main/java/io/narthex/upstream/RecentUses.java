package io.narthex.upstream;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Collects which paths of upstreams were asked for, until that is written down. Thread-safe. */
final class RecentUses {
    /** Of a minute; what is beyond seems a little older than it is. */
    private static final int MOST = 100_000;

    private final Set<Long> rows = ConcurrentHashMap.newKeySet();

    void add(long row) {
        if (!rows.contains(row) && rows.size() < MOST) {
            rows.add(row);
        }
    }

    /** Those since the last time. */
    List<Long> take() {
        List<Long> taken = new ArrayList<>(rows);
        taken.forEach(rows::remove);
        return taken;
    }
}
