package io.narthex.auditor;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.auditor.NamedHold.Target;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.tenant.TenantEntity;
import io.narthex.tenant.TenantException.UnknownTenant;
import io.narthex.tenant.TenantName;
import io.narthex.tenant.Tenants;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads and writes the legal holds that have names. Each call is a transaction. */
@ApplicationScoped
@Retried
@Transactional
public class NamedHolds {
    private static final String READ = """
        select n.name, c.name, n.pin, n.path, n.reason, n.since
        from named_hold n left join cache c on c.id = n.cache_id
        where n.tenant_id = ? and (?::text is null or n.name = ?) order by n.name
        """;
    private static final String SET = """
        insert into named_hold (tenant_id, name, cache_id, pin, path, reason) values (?, ?, ?, ?, ?, ?)
        """;
    private static final String CHANGE = "update named_hold set reason = ? where tenant_id = ? and name = ?";
    private static final String RELEASE = "delete from named_hold where tenant_id = ? and name = ?";
    private static final String CACHE = "select id from cache where tenant_id = ? and name = ? and deleted_at is null";
    private static final String HAS = """
        select 1 from uploaded_path p join cache c on c.id = p.cache_id and c.deleted_at is null
        where c.tenant_id = ? and (?::integer is null or c.id = ?) and store_path_base_name(p.hash, p.name) = ?
        """;

    private static final String PINNED = """
        insert into named_hold_root (hold_id, base_name)
        select distinct n.id, store_path_base_name(v.hash, v.name)
        from named_hold n
             join pin p on p.cache_id = n.cache_id and p.name = n.pin
             join pin_revision v on v.pin_id = p.id
        where n.tenant_id = ? and n.name = ?
        """;
    private static final String PIN = "select 1 from pin where cache_id = ? and name = ?";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private Tenants tenants;

    @Inject
    private HoldLock lock;

    @Inject
    private AuditLog audit;

    /**
     * All that a tenant has, by name.
     *
     * @throws UnknownTenant if there is no such tenant
     */
    public List<NamedHold> list(TenantName tenant) {
        return read(tenants.find(tenant).orElseThrow(UnknownTenant::new).id(), null);
    }

    /** @throws UnknownTenant if there is no such tenant */
    Optional<NamedHold> find(TenantName tenant, String name) {
        return read(tenants.find(tenant).orElseThrow(UnknownTenant::new).id(), name).stream()
                .findFirst();
    }

    /**
     * Sets a hold; of one that holds the same already, the reason.
     *
     * @return whether there was none of that name
     * @throws UnknownTenant if there is no such tenant
     * @throws ProblemException 409, where one of that name holds something else, or what is to be held is not there
     */
    public boolean put(TenantName tenant, NamedHoldRequest request) {
        TenantEntity owner = tenants.lock(tenant).orElseThrow(UnknownTenant::new);
        lock.takeAlone(owner.id());
        Optional<NamedHold> there = read(owner.id(), request.name()).stream().findFirst();
        if (there.isPresent()) {
            explain(owner, there.get(), request);
            return false;
        }
        Target target = request.target();
        Integer cache = target.cache() == null ? null : number(CACHE, owner.id(), target.cache());
        boolean lacking = (target.cache() != null && cache == null)
                || (target.pin() != null && number(PIN, cache, target.pin()) == null)
                || (target.path() != null && number(HAS, owner.id(), cache, cache, target.path()) == null);
        if (lacking) {
            throw new ProblemException(ProblemType.CONFLICT, "What is to be held is not in a cache of the tenant");
        }
        String reason = request.reason();
        change(SET, owner.id(), request.name(), cache, target.pin(), target.path(), reason == null ? "" : reason);
        change(PINNED, owner.id(), request.name());
        audit.record(
                event(AuditAction.LEGAL_HOLD_SET, owner, request.name(), target).detail("reason", reason));
        return true;
    }

    private void explain(TenantEntity owner, NamedHold there, NamedHoldRequest request) {
        if (!there.target().equals(request.target())) {
            throw new ProblemException(
                    ProblemType.CONFLICT,
                    "The hold of that name holds something else: take another name, or release it first");
        }
        String reason = request.reason();
        if (reason != null && !reason.equals(there.reason())) {
            change(CHANGE, reason, owner.id(), there.name());
            audit.record(event(AuditAction.LEGAL_HOLD_SET, owner, there.name(), there.target())
                    .detail("reason", reason));
        }
    }

    /** Whether there was one. */
    public boolean release(TenantName tenant, String name) {
        TenantEntity owner = tenants.lock(tenant).orElseThrow(UnknownTenant::new);
        Optional<NamedHold> there = read(owner.id(), name).stream().findFirst();
        there.ifPresent(hold -> {
            change(RELEASE, owner.id(), name);
            audit.record(event(AuditAction.LEGAL_HOLD_RELEASED, owner, name, hold.target()));
        });
        return there.isPresent();
    }

    private static AuditEvent event(AuditAction action, TenantEntity owner, String name, Target target) {
        return AuditEvent.of(action)
                .tenant(owner.id())
                .detail("hold", name)
                .detail("cache", target.cache())
                .detail("pin", target.pin())
                .detail("path", target.path());
    }

    private List<NamedHold> read(int tenantId, @Nullable String name) {
        return work(READ, NamedHolds::holds, tenantId, name, name);
    }

    private static List<NamedHold> holds(PreparedStatement statement) throws SQLException {
        try (ResultSet r = statement.executeQuery()) {
            List<NamedHold> all = new ArrayList<>();
            while (r.next()) {
                all.add(new NamedHold(
                        r.getString(1),
                        new Target(r.getString(2), r.getString(3), r.getString(4)),
                        r.getString(5),
                        r.getObject(6, OffsetDateTime.class).toInstant()));
            }
            return all;
        }
    }

    /** The first number of the first row; null where there is none. */
    private @Nullable Integer number(String sql, @Nullable Object... values) {
        return work(
                        sql,
                        s -> {
                            try (ResultSet r = s.executeQuery()) {
                                return r.next() ? Optional.of(r.getInt(1)) : Optional.<Integer>empty();
                            }
                        },
                        values)
                .orElse(null);
    }

    private void change(String sql, @Nullable Object... values) {
        work(sql, PreparedStatement::executeUpdate, values);
    }

    private <T> T work(String sql, Work<T> work, @Nullable Object... values) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setObject(i + 1, values[i]);
            }
            return work.on(s);
        } catch (SQLException e) {
            throw new IllegalStateException("holds cannot be read or changed", e);
        }
    }

    private interface Work<T> {
        T on(PreparedStatement statement) throws SQLException;
    }
}
