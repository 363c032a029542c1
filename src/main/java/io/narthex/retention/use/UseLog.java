package io.narthex.retention.use;

import io.narthex.index.SignedPath;
import io.narthex.index.UsedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Collects which paths are used until {@link UseWriter} writes that down. Any thread may add to it, those that must not block
 * too: a path that was noted within five minutes costs one comparison, and memory is bounded.
 */
public final class UseLog {
    /** Some 80 bytes each. */
    static final int MOST = 200_000;

    /** By the row of the path: of those who used it the one who matters most. */
    private final Map<Long, UsedBy> pending = new ConcurrentHashMap<>();

    private volatile boolean dropped;

    /** A use that waits to be written down. */
    record Use(long row, UsedBy who) {}

    /** The narinfo or the NAR of a path is sent. */
    public void note(SignedPath path, UsedBy who) {
        if (path.isUploaded() && path.isUseToBeNoted(who)) {
            add(path.rowId(), who);
        }
    }

    private void add(long row, UsedBy who) {
        if (pending.size() < MOST) {
            pending.merge(row, who, UsedBy::or);
        } else {
            dropped = true;
        }
    }

    /** Takes so many at most, in the order of their rows. */
    List<Use> take(int most) {
        List<Use> taken = new ArrayList<>();
        for (Long row : pending.keySet().stream().limit(most).sorted().toList()) {
            UsedBy who = pending.remove(row);
            if (who != null) {
                taken.add(new Use(row, who));
            }
        }
        return taken;
    }

    /** What could not be written waits again. */
    void giveBack(List<Use> unwritten) {
        unwritten.forEach(use -> add(use.row(), use.who()));
    }

    /** Whether some were dropped since this was asked last. */
    boolean takeDropped() {
        boolean some = dropped;
        if (some) {
            dropped = false;
        }
        return some;
    }

    void giveBackDropped() {
        dropped = true;
    }
}
