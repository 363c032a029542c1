package io.narthex.cache;

import io.narthex.cache.CacheException.HostTaken;
import io.narthex.tenant.TenantDeleted;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.util.List;

/** Writes the rows that hold each host name for one cache alone. For reading, each cache has a list of its own. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class VirtualHosts {
    /** Two caches that exchange hosts at the same moment would wait for each other. */
    private static final String LOCK =
            "select 1 from pg_advisory_xact_lock(hashtextextended('narthex virtual hosts', 0))";

    @PersistenceContext
    private EntityManager entities;

    /**
     * Gives a cache these hosts and takes all others from it.
     *
     * @throws HostTaken if one is another cache's
     */
    void set(int cache, List<String> hosts) {
        entities.createNativeQuery(LOCK).getSingleResult();
        free(cache);
        for (String host : hosts) {
            int added = entities.createNativeQuery(
                            "insert into virtual_host (host, cache_id) values (:host, :cache) on conflict (host) do"
                                    + " nothing")
                    .setParameter("host", host)
                    .setParameter("cache", cache)
                    .executeUpdate();
            if (added == 0) {
                throw new HostTaken(host);
            }
        }
    }

    void free(int cache) {
        entities.createNativeQuery("delete from virtual_host where cache_id = :cache")
                .setParameter("cache", cache)
                .executeUpdate();
    }

    void tenantDeleted(@Observes TenantDeleted event) {
        entities.createNativeQuery(
                        "delete from virtual_host where cache_id in (select id from cache where tenant_id = :tenant)")
                .setParameter("tenant", event.tenantId())
                .executeUpdate();
    }
}
