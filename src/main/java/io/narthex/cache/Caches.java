package io.narthex.cache;

import io.narthex.tenant.TenantEntity;
import io.narthex.tenant.TenantName;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;

/** Reads and writes the rows of caches that are not deleted and whose tenants are not. */
@ApplicationScoped
@Retried
@Transactional
public class Caches {
    @PersistenceContext
    private EntityManager entities;

    /** All of the server. */
    public List<Cache> all() {
        return entities
                .createQuery(
                        "select c from CacheEntity c join fetch c.tenant"
                                + " where c.deletedAt is null and c.tenant.deletedAt is null",
                        CacheEntity.class)
                .getResultList()
                .stream()
                .map(CacheEntity::toCache)
                .toList();
    }

    Optional<CacheEntity> find(TenantName tenant, CacheName name) {
        return entities.createQuery(
                        "select c from CacheEntity c join fetch c.tenant where c.tenant.name = :tenant and c.name ="
                                + " :name and c.deletedAt is null and c.tenant.deletedAt is null",
                        CacheEntity.class)
                .setParameter("tenant", tenant.text())
                .setParameter("name", name.text())
                .getResultStream()
                .findFirst();
    }

    /** The number of the cache that has a name now. */
    public Optional<Integer> findId(String tenant, String name) {
        return TenantName.tryParse(tenant)
                .flatMap(owner -> CacheName.tryParse(name).flatMap(cache -> find(owner, cache)))
                .map(CacheEntity::id);
    }

    /** By name, those behind one, which need not be there. */
    List<CacheEntity> list(TenantEntity tenant, String after) {
        return entities.createQuery(
                        "select c from CacheEntity c join fetch c.tenant where c.tenant = :tenant and c.name > :after"
                                + " and c.deletedAt is null order by c.name",
                        CacheEntity.class)
                .setParameter("tenant", tenant)
                .setParameter("after", after)
                .getResultList();
    }

    /** Writes a new or changed one now. */
    void save(CacheEntity entity) {
        entities.persist(entity);
        entities.flush();
    }
}
