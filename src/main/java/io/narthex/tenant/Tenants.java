package io.narthex.tenant;

import io.narthex.quota.Quota;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceContext;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Reads and writes the rows of tenants that are not deleted. Every call needs a transaction of the caller's. */
@ApplicationScoped
public class Tenants {
    @PersistenceContext
    private EntityManager entities;

    public Optional<TenantEntity> find(TenantName name) {
        return entities.createQuery(
                        "select t from TenantEntity t where t.name = :name and t.deletedAt is null", TenantEntity.class)
                .setParameter("name", name.text())
                .getResultStream()
                .findFirst();
    }

    /** The tenant, which nobody else changes, deletes or makes a cache in until the transaction ends. */
    public Optional<TenantEntity> lock(TenantName name) {
        return entities.createQuery(
                        "select t from TenantEntity t where t.name = :name and t.deletedAt is null", TenantEntity.class)
                .setParameter("name", name.text())
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultStream()
                .findFirst();
    }

    /** By name, those behind one, which need not be there. */
    List<TenantEntity> list(String after, int limit) {
        return entities.createQuery(
                        "select t from TenantEntity t where t.deletedAt is null and t.name > :after order by t.name",
                        TenantEntity.class)
                .setParameter("after", after)
                .setMaxResults(limit)
                .getResultList();
    }

    /** Makes a tenant; false where somebody else has, perhaps in this moment. */
    boolean addIfMissing(TenantName name, Quota quota) {
        return entities.createNativeQuery(
                                "insert into tenant (name, max_bytes, warn_at, when_full, evict_after_minutes) values"
                                        + " (:name, cast(cast(:bytes as text) as bigint), :warn, 'refuse', :minutes) on"
                                        + " conflict (name) where deleted_at is null do nothing")
                        .setParameter("name", name.text())
                        .setParameter("bytes", Objects.toString(quota.maxBytes(), null))
                        .setParameter("warn", quota.warnAt())
                        .setParameter("minutes", quota.evictAfterMinutes())
                        .executeUpdate()
                > 0;
    }

    /** Gives it another quota. */
    void change(TenantEntity tenant, Quota quota) {
        tenant.set(quota);
        entities.flush();
    }

    /** From the end of the transaction on there is no such tenant, nor a cache or token of it. */
    void delete(TenantEntity tenant, Instant now) {
        tenant.delete(now);
        entities.flush();
    }
}
