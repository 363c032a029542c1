package io.narthex.access;

import io.narthex.http.DatabaseAway;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Remembers when each token was used last, until that is written to the database in one go. Thread-safe; noting a use
 * takes practically no lock.
 */
final class LastUse {
    private static final System.Logger LOG = System.getLogger(LastUse.class.getName());

    private final Map<Long, Instant> used = new ConcurrentHashMap<>();
    private final Clock clock;

    LastUse(Clock clock) {
        this.clock = clock;
    }

    void note(long token) {
        used.put(token, clock.instant());
    }

    /**
     * Has all that was noted since the last time written together; where that fails, each token's alone, so that one that cannot
     * be written holds back no other. What cannot be written is given up: the next use of the token tells a later time.
     *
     * @param writing writes all of some uses, or throws
     */
    void write(Consumer<Map<Long, Instant>> writing) {
        Map<Long, Instant> uses = take();
        if (!uses.isEmpty() && !isSettled(uses, writing) && uses.size() > 1) {
            uses.forEach((token, at) -> isSettled(Map.of(token, at), writing));
        }
    }

    /** Whether there is nothing left to try. */
    private static boolean isSettled(Map<Long, Instant> uses, Consumer<Map<Long, Instant>> writing) {
        try {
            writing.accept(uses);
            return true;
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "event=last-use-not-written tokens={0} cause={1}", uses.size(), e.toString());
            // asked one by one a database that is away would be asked as often for nothing
            return DatabaseAway.isCauseOf(e);
        }
    }

    private Map<Long, Instant> take() {
        Map<Long, Instant> taken = new HashMap<>();
        for (Long token : List.copyOf(used.keySet())) {
            Instant at = used.remove(token);
            if (at != null) {
                taken.put(token, at);
            }
        }
        return taken;
    }
}
