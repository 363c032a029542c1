package io.narthex.key;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The database row of a cache's key policy. */
@Entity
@Table(name = "key_policy")
class KeyPolicyEntity {
    @Id
    @Column(name = "cache_id")
    private int cacheId;

    @Column(name = "rotate_every_days")
    private @Nullable Integer rotateEveryDays;

    @Column(name = "publish_ahead_days", nullable = false)
    private int publishAheadDays;

    @Column(name = "overlap_days", nullable = false)
    private int overlapDays;

    @Version
    private @Nullable Long version;

    @Column(name = "changed_at", nullable = false)
    private Instant changedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected KeyPolicyEntity() {}

    KeyPolicyEntity(int cacheId, KeyPolicy policy, Instant now) {
        this.cacheId = cacheId;
        this.changedAt = now;
        set(policy, now);
    }

    final void set(KeyPolicy policy, Instant now) {
        rotateEveryDays = policy.rotateEveryDays();
        publishAheadDays = policy.publishAheadDays();
        overlapDays = policy.overlapDays();
        changedAt = now;
    }

    KeyPolicy policy() {
        return new KeyPolicy(rotateEveryDays, publishAheadDays, overlapDays);
    }

    long version() {
        return version == null ? 0 : version;
    }
}
