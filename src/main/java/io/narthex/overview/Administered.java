package io.narthex.overview;

import io.narthex.cache.Cache;
import io.narthex.overview.OverviewRows.TenantRow;
import java.util.List;

/**
 * A tenant as who audits or administers it sees it.
 *
 * @param whole whether that is all of it; else some of its caches alone
 * @param caches those that are seen, by name
 */
record Administered(TenantRow tenant, boolean whole, List<Cache> caches) {
    Administered {
        caches = List.copyOf(caches);
    }

    /** Whether a row of the day's counts belongs to what is seen. */
    boolean sees(int cacheId) {
        return whole || caches.stream().anyMatch(cache -> cache.id() == cacheId);
    }
}
