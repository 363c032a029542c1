package io.narthex.receive;

import io.narthex.cache.Cache;
import io.narthex.quota.Reservations;
import io.narthex.retention.Evictions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Gives uploads room in the quotas of their cache and its tenant. Thread-safe. */
@ApplicationScoped
public class UploadRooms {
    @Inject
    private Reservations reservations;

    @Inject
    private Evictions evictions;

    /** For an upload into a cache; it holds no room yet. */
    public UploadRoom into(Cache cache) {
        return new UploadRoom(cache, reservations.into(cache.tenantId(), cache.id()), evictions);
    }
}
