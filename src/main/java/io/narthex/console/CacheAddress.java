package io.narthex.console;

import io.narthex.cache.CacheName;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.tenant.TenantName;

/** Reads the cache that a page's URL names. That there is one has been asked before, with the right to see it. */
final class CacheAddress {
    private CacheAddress() {}

    static TenantName tenant(PageAddress address) {
        return TenantName.tryParse(address.tenant()).orElseThrow(CacheAddress::none);
    }

    static CacheName cache(PageAddress address) {
        return CacheName.tryParse(address.cache()).orElseThrow(CacheAddress::none);
    }

    private static ProblemException none() {
        return new ProblemException(ProblemType.NOT_FOUND, "There is no such cache");
    }
}
