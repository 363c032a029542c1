package io.narthex.cache;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.CacheException.DefaultCache;
import io.narthex.cache.CacheException.NameReserved;
import io.narthex.cache.CacheException.UnknownCache;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.hold.Holds;
import io.narthex.http.Preconditions;
import io.narthex.tenant.ReservedNames;
import io.narthex.tenant.TenantEntity;
import io.narthex.tenant.TenantException.UnknownTenant;
import io.narthex.tenant.TenantName;
import io.narthex.tenant.Tenants;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes, changes and deletes caches. Each call is a transaction; those about one tenant wait for each other. */
@ApplicationScoped
@Retried
@Transactional
public class CacheAdministration {
    private final Clock clock = Clock.systemUTC();

    @Inject
    private Tenants tenants;

    @Inject
    private Caches caches;

    @Inject
    private VirtualHosts hosts;

    @Inject
    private Holds holds;

    @Inject
    private SourceRules sources;

    @Inject
    private Changes changes;

    @Inject
    private AuditLog audit;

    @Inject
    private Event<CacheCreated> created;

    @Inject
    private Event<CacheDeleted> deleted;

    /** @param made whether there was none before */
    record Put(StoredCache cache, boolean made) {}

    /**
     * Who asks.
     *
     * @param administrator whether it is the server's administrator
     * @param mayPull whether the caller may read a cache of the tenant, by its name
     * @param ownHosts by which the server itself is reached
     */
    record Asker(boolean administrator, boolean loosener, Predicate<String> mayPull, Set<String> ownHosts) {}

    /**
     * The cache as it is now.
     *
     * @throws UnknownCache if there is none
     */
    public StoredCache get(TenantName tenant, CacheName name) {
        return caches.find(tenant, name).map(CacheEntity::toStored).orElseThrow(UnknownCache::new);
    }

    /**
     * By name, those behind one.
     *
     * @throws UnknownTenant if there is no such tenant
     */
    List<StoredCache> list(TenantName tenant, @Nullable String after) {
        TenantEntity owner = tenants.find(tenant).orElseThrow(UnknownTenant::new);
        return caches.list(owner, after == null ? "" : after).stream()
                .map(CacheEntity::toStored)
                .toList();
    }

    /**
     * Makes or changes a cache.
     *
     * @throws UnknownTenant if there is no such tenant
     * @throws CacheException if the change is not allowed or not possible
     */
    Put put(TenantName tenant, CacheName name, CacheRequest request, Preconditions preconditions, Asker asker) {
        TenantEntity owner = tenants.lock(tenant).orElseThrow(UnknownTenant::new);
        Optional<CacheEntity> found = caches.find(tenant, name);
        preconditions.check(found.map(entity -> entity.toStored().entityTag()).orElse(null));
        // below /push/ for one, where the default cache has its own URLs
        if (found.isEmpty() && tenant.isReserved() && ReservedNames.contain(name.text())) {
            throw new NameReserved(tenant, name);
        }
        boolean isDefault = tenant.equals(TenantName.DEFAULT) && name.equals(CacheName.DEFAULT);
        CacheSettings initial = isDefault ? CacheSettings.INITIAL_OF_DEFAULT : CacheSettings.INITIAL;
        CacheSettings before =
                found.map(entity -> CacheSettings.of(entity.toStored())).orElse(initial);
        CacheSettings after = request.over(before, initial);
        CachePolicy.check(before, after, asker.administrator(), asker.loosener(), asker.ownHosts());
        sources.require(new SourceRules.Change(owner, tenant + "/" + name, before, after, asker.mayPull()));
        CacheEntity entity = found.orElseGet(() -> new CacheEntity(owner, name, now()));
        boolean made = found.isEmpty();
        if (made || !before.equals(after)) {
            entity.set(after);
            caches.save(entity);
            if (!before.virtualHosts().equals(after.virtualHosts())) {
                hosts.set(entity.id(), after.virtualHosts());
            }
            changes.record(ChangeKind.CACHE, entity.id(), null);
            audit.record(event(made ? AuditAction.CACHE_CREATED : AuditAction.CACHE_CHANGED, owner, entity)
                    .detail("settings", made ? after.facts() : after.factsThatDiffer(before)));
        }
        if (made) {
            created.fire(new CacheCreated(entity.toCache()));
        }
        return new Put(entity.toStored(), made);
    }

    /**
     * From the end of the transaction on there is no such cache.
     *
     * @throws UnknownCache if there is none
     * @throws DefaultCache if it is {@code default/default}
     * @throws io.narthex.hold.HeldException where anything of it is under a legal hold
     */
    public void delete(TenantName tenant, CacheName name, Preconditions preconditions) {
        TenantEntity owner = tenants.lock(tenant).orElseThrow(UnknownCache::new);
        CacheEntity entity = caches.find(tenant, name).orElseThrow(UnknownCache::new);
        if (entity.toCache().isDefault()) {
            throw new DefaultCache();
        }
        preconditions.check(entity.toStored().entityTag());
        holds.requireFreeCache(owner.id(), entity.id());
        entity.delete(now());
        caches.save(entity);
        hosts.free(entity.id());
        // first, since it waits for pushes under way
        changes.record(ChangeKind.CACHE, entity.id(), null);
        deleted.fire(new CacheDeleted(entity.id()));
        audit.record(event(AuditAction.CACHE_DELETED, owner, entity));
    }

    private static AuditEvent event(AuditAction action, TenantEntity owner, CacheEntity entity) {
        return AuditEvent.of(action).cache(owner.id(), entity.id());
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
