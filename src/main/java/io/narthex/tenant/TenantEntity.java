package io.narthex.tenant;

import io.narthex.quota.Quota;
import io.narthex.quota.QuotaColumns;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The database row of a tenant. */
@Entity
@Table(name = "tenant")
public class TenantEntity {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private int id;

    @Column(nullable = false, updatable = false, columnDefinition = "text")
    private String name;

    @Embedded
    private QuotaColumns quota;

    @Version
    private long version;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "deleted_at")
    private @Nullable Instant deletedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected TenantEntity() {}

    public int id() {
        return id;
    }

    public TenantName name() {
        return new TenantName(name);
    }

    public long version() {
        return version;
    }

    public Instant createdAt() {
        return createdAt;
    }

    public Quota quota() {
        return quota.quota();
    }

    /** Another for each change, and for a tenant that gets the name later. */
    public String entityTag() {
        return "\"" + id + "-" + version + "\"";
    }

    void set(Quota changed) {
        quota = new QuotaColumns(changed);
    }

    void delete(Instant now) {
        deletedAt = now;
    }
}
