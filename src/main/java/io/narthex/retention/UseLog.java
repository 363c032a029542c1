package io.narthex.retention;

import io.narthex.index.SignedPath;
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

    private static final Boolean BY_TOKEN = Boolean.TRUE;

    /** By the row of the path: whether somebody with a token was among those who used it. */
    private final Map<Long, Boolean> pending = new ConcurrentHashMap<>();

    private volatile boolean dropped;

    /** A use that waits to be written down. */
    record Use(long row, boolean byToken) {}

    /**
     * The narinfo or the NAR of a path is sent.
     *
     * @param byToken whether who asks has shown a valid token
     */
    public void note(SignedPath path, boolean byToken) {
        if (path.isUploaded() && path.isUseToBeNoted(byToken)) {
            add(path.rowId(), byToken);
        }
    }

    private void add(long row, boolean byToken) {
        if (pending.size() < MOST) {
            pending.merge(row, byToken, (a, b) -> BY_TOKEN.equals(a) || BY_TOKEN.equals(b));
        } else {
            dropped = true;
        }
    }

    /** Takes so many at most, in the order of their rows. */
    List<Use> take(int most) {
        List<Use> taken = new ArrayList<>();
        for (Long row : pending.keySet().stream().limit(most).sorted().toList()) {
            Boolean byToken = pending.remove(row);
            if (byToken != null) {
                taken.add(new Use(row, byToken));
            }
        }
        return taken;
    }

    /** What could not be written waits again. */
    void giveBack(List<Use> unwritten) {
        unwritten.forEach(use -> add(use.row(), use.byToken()));
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
