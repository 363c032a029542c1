package io.narthex.index.local;

import io.narthex.localstore.RowDigest;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The database row of a path that a Nix store has registered. {@link PathWriter} writes it in SQL; it is read through
 * JPA.
 */
@Entity
@Table(name = "local_path")
class PathEntity {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private long id;

    @Column(name = "store_id", nullable = false, updatable = false)
    private int storeId;

    @Column(name = "nix_id", nullable = false)
    private long nixId;

    @Column(nullable = false, updatable = false)
    private byte[] hash;

    @Column(nullable = false, columnDefinition = "text")
    private String name;

    @Column(name = "nar_hash", nullable = false)
    private byte[] narHash;

    @Column(name = "row_digest", nullable = false)
    private byte[] rowDigest;

    @Column(name = "checked_at")
    private @Nullable Instant checkedAt;

    @Column(name = "quarantined_at")
    private @Nullable Instant quarantinedAt;

    @Column(name = "quarantine_reason", columnDefinition = "text")
    private @Nullable String quarantineReason;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected PathEntity() {}

    long id() {
        return id;
    }

    byte[] hash() {
        return hash.clone();
    }

    String name() {
        return name;
    }

    RowDigest digest() {
        return RowDigest.of(rowDigest);
    }

    @Nullable
    Instant checkedAt() {
        return checkedAt;
    }

    boolean isQuarantined() {
        return quarantinedAt != null;
    }

    void checked(Instant when) {
        checkedAt = when;
        quarantinedAt = null;
        quarantineReason = null;
    }

    void quarantine(Instant when, String reason) {
        checkedAt = null;
        quarantinedAt = when;
        quarantineReason = reason;
    }
}
