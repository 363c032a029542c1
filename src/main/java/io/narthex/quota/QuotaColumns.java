package io.narthex.quota;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A quota as columns of the row of its tenant or cache. */
@Embeddable
public class QuotaColumns {
    @Column(name = "max_bytes")
    private @Nullable Long maxBytes;

    @Column(name = "warn_at", nullable = false)
    private int warnAt;

    @Column(name = "when_full", nullable = false, columnDefinition = "text")
    private String whenFull;

    @Column(name = "evict_after_minutes", nullable = false)
    private int evictAfterMinutes;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected QuotaColumns() {}

    public QuotaColumns(Quota quota) {
        maxBytes = quota.maxBytes();
        warnAt = quota.warnAt();
        whenFull = quota.whenFull().name().toLowerCase(Locale.ROOT);
        evictAfterMinutes = quota.evictAfterMinutes();
    }

    public Quota quota() {
        return new Quota(maxBytes, warnAt, WhenFull.valueOf(whenFull.toUpperCase(Locale.ROOT)), evictAfterMinutes);
    }
}
