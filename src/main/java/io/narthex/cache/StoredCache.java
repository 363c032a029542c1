package io.narthex.cache;

import io.narthex.quota.Quota;
import java.time.Instant;

/**
 * A cache with the facts that only its administrators ask for.
 *
 * @param quota how much it may hold
 * @param createdAt when it was made
 */
public record StoredCache(Cache cache, Quota quota, Instant createdAt) {
    /** Another for each change, and for a cache that gets the name later. */
    public String entityTag() {
        return "\"" + cache.id() + "-" + cache.version() + "\"";
    }
}
