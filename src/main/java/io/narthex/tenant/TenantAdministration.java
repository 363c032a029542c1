package io.narthex.tenant;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.change.ChangeKind;
import io.narthex.change.Changes;
import io.narthex.hold.Holds;
import io.narthex.http.Preconditions;
import io.narthex.quota.Quota;
import io.narthex.quota.TenantQuotas;
import io.narthex.tenant.TenantException.DefaultTenant;
import io.narthex.tenant.TenantException.NameReserved;
import io.narthex.tenant.TenantException.UnknownTenant;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes, changes and deletes tenants. Each call is a transaction. */
@ApplicationScoped
@Retried
@Transactional
public class TenantAdministration {
    private final Clock clock = Clock.systemUTC();

    @Inject
    private Tenants tenants;

    @Inject
    private TenantQuotas quotas;

    @Inject
    private Holds holds;

    @Inject
    private Changes changes;

    @Inject
    private AuditLog audit;

    @Inject
    private Event<TenantDeleted> deleted;

    /** @param made whether there was none before */
    record Put(TenantEntity tenant, boolean made) {}

    /** What others may know of a tenant. */
    public record Facts(int id, Quota quota, String entityTag) {}

    /** Empty where there is none. */
    public Optional<Facts> find(TenantName name) {
        return tenants.find(name).map(tenant -> new Facts(tenant.id(), tenant.quota(), tenant.entityTag()));
    }

    /** @throws UnknownTenant if there is none */
    TenantEntity get(TenantName name) {
        return tenants.find(name).orElseThrow(UnknownTenant::new);
    }

    List<TenantEntity> list(@Nullable String after, int limit) {
        return tenants.list(after == null ? "" : after, limit);
    }

    /**
     * Makes or changes a tenant; of several that make it at the same moment one does.
     *
     * @throws NameReserved if there is none and no new one may have the name
     */
    Put put(TenantName name, TenantRequest request, Preconditions preconditions) {
        TenantEntity there = tenants.lock(name).orElse(null);
        preconditions.check(there == null ? null : there.entityTag());
        Quota initial = quotas.initial();
        if (there != null) {
            change(there, request.quota().over(there.quota(), initial));
            return new Put(there, false);
        }
        if (name.isReserved()) {
            throw new NameReserved(name);
        }
        boolean made = tenants.addIfMissing(name, request.quota().over(initial, initial));
        TenantEntity now = get(name);
        if (made) {
            changes.record(ChangeKind.TENANT, now.id(), null);
            audit.record(AuditEvent.of(AuditAction.TENANT_CREATED)
                    .tenant(now.id())
                    .detail("quota", now.quota().facts()));
        } else {
            preconditions.check(now.entityTag());
        }
        return new Put(now, made);
    }

    /**
     * Changes one that there is.
     *
     * @throws UnknownTenant if there is none
     */
    public void change(TenantName name, TenantRequest request, Preconditions preconditions) {
        get(name);
        put(name, request, preconditions);
    }

    private void change(TenantEntity tenant, Quota quota) {
        Quota before = tenant.quota();
        if (!before.equals(quota)) {
            tenants.change(tenant, quota);
            changes.record(ChangeKind.TENANT, tenant.id(), null);
            audit.record(AuditEvent.of(AuditAction.TENANT_CHANGED)
                    .tenant(tenant.id())
                    .detail("settings", Map.of("quota", Map.of("from", before.facts(), "to", quota.facts()))));
        }
    }

    /**
     * From the end of the transaction on there is no such tenant, nor a cache or token of it.
     *
     * @throws UnknownTenant if there is none
     * @throws DefaultTenant if it is the default one
     * @throws io.narthex.hold.HeldException where anything of it is under a legal hold
     */
    public void delete(TenantName name, Preconditions preconditions) {
        TenantEntity tenant = tenants.lock(name).orElseThrow(UnknownTenant::new);
        if (name.equals(TenantName.DEFAULT)) {
            throw new DefaultTenant();
        }
        preconditions.check(tenant.entityTag());
        holds.requireFreeTenant(tenant.id());
        tenants.delete(tenant, now());
        // first, since it waits for pushes under way
        changes.record(ChangeKind.TENANT, tenant.id(), null);
        deleted.fire(new TenantDeleted(tenant.id()));
        audit.record(AuditEvent.of(AuditAction.TENANT_DELETED).tenant(tenant.id()));
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
