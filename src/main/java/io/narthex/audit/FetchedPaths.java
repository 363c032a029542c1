package io.narthex.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Remembers of which paths the first download of this hour is written down already, with their packages. For one
 * thread.
 */
final class FetchedPaths {
    /** Some 150 bytes each. Beyond, all are noted anew, which does no harm. */
    private static final int MOST = 100_000;

    private final Set<Fetched> noted = new HashSet<>();
    private Instant hour = Instant.MIN;

    /** A path that was downloaded. */
    record Fetched(int tenantId, int cacheId, String path) {}

    /**
     * What is to be noted.
     *
     * @param at now
     */
    record Fresh(Instant at, List<Fetched> paths) {}

    /** Those that nothing is noted of in the hour that is now, each once. */
    Fresh fresh(List<Download> downloads, Instant now) {
        Instant begun = now.truncatedTo(ChronoUnit.HOURS);
        if (!begun.equals(hour) || noted.size() > MOST) {
            noted.clear();
            hour = begun;
        }
        return new Fresh(
                now,
                downloads.stream()
                        .map(d -> new Fetched(d.tenantId(), d.cacheId(), d.path()))
                        .filter(f -> !noted.contains(f))
                        .distinct()
                        .toList());
    }

    /** That is in the database. */
    void noted(Fresh fresh) {
        noted.addAll(fresh.paths());
    }
}
