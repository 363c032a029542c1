package io.narthex.access;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** When tokens were used last, kept until it is written down in one go. Thread-safe; noting takes no lock to speak of. */
final class LastUse {
    private final Map<Long, Instant> used = new ConcurrentHashMap<>();
    private final Clock clock;

    LastUse(Clock clock) {
        this.clock = clock;
    }

    void note(long token) {
        used.put(token, clock.instant());
    }

    /** What was noted since this was called last. */
    Map<Long, Instant> take() {
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
