package io.narthex.cache;

import io.narthex.tenant.TenantEntity;
import java.util.Collection;

/** Says which upstreams caches may list. A CDI bean of the package {@code upstream} implements it. */
public interface OfferedUpstreams {
    /**
     * Goes on where each of these is there, is offered to the tenant, and may be shown by such a cache. Needs a transaction of the
     * caller's, until whose end that stays so.
     *
     * @param open whether everybody may be shown what the cache has
     * @throws CacheException otherwise
     */
    void require(TenantEntity owner, Collection<String> names, boolean open);

    /** Until the end of the transaction no other changes what caches list, what is offered, and what is public. */
    void lock();
}
