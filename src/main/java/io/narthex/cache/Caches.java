package io.narthex.cache;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.util.List;

/** The caches that are not deleted, nor their tenants. */
@ApplicationScoped
@Transactional
public class Caches {
    @PersistenceContext
    private EntityManager entities;

    /** All of the server. */
    public List<Cache> all() {
        return entities
                .createQuery(
                        "select c from CacheEntry c join fetch c.tenant"
                                + " where c.deletedAt is null and c.tenant.deletedAt is null",
                        CacheEntry.class)
                .getResultList()
                .stream()
                .map(CacheEntry::toCache)
                .toList();
    }
}
