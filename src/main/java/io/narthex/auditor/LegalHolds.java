package io.narthex.auditor;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
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
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import javax.sql.DataSource;

/** Reads and writes which tenants are under legal hold as a whole. Each call is a transaction. */
@ApplicationScoped
@Retried
@Transactional
public class LegalHolds {
    private static final String SET =
            "insert into legal_hold (tenant_id, reason) values (?, ?) on conflict (tenant_id) do nothing";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private Tenants tenants;

    @Inject
    private HoldLock lock;

    @Inject
    private AuditLog audit;

    /** A hold. */
    public record Hold(Instant since, String reason) {}

    /**
     * The hold of all of a tenant; empty where there is none.
     *
     * @throws UnknownTenant if there is no such tenant
     */
    public Optional<Hold> find(TenantName tenant) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s =
                        connection.prepareStatement("select since, reason from legal_hold where tenant_id = ?")) {
            s.setInt(1, id(tenant));
            try (ResultSet row = s.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new Hold(row.getObject(1, OffsetDateTime.class).toInstant(), row.getString(2)))
                        : Optional.empty();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("holds cannot be read", e);
        }
    }

    /**
     * Sets a hold; one that is there stays as it is.
     *
     * @return whether there was none
     * @throws UnknownTenant if there is no such tenant
     */
    public boolean set(TenantName tenant, String reason) {
        int id = id(tenant);
        lock.takeAlone(id);
        boolean made = change(SET, id, reason);
        if (made) {
            audit.record(AuditEvent.of(AuditAction.LEGAL_HOLD_SET).tenant(id).detail("reason", reason));
        }
        return made;
    }

    /** Whether there was one. */
    public boolean release(TenantName tenant) {
        int id = id(tenant);
        boolean gone = change("delete from legal_hold where tenant_id = ?", id);
        if (gone) {
            audit.record(AuditEvent.of(AuditAction.LEGAL_HOLD_RELEASED).tenant(id));
        }
        return gone;
    }

    private boolean change(String sql, Object... values) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setObject(i + 1, values[i]);
            }
            return s.executeUpdate() > 0;
        } catch (SQLException e) {
            throw new IllegalStateException("a hold cannot be changed", e);
        }
    }

    private int id(TenantName tenant) {
        return tenants.find(tenant).orElseThrow(UnknownTenant::new).id();
    }
}
