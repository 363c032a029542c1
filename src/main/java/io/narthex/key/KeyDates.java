package io.narthex.key;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The columns of a key's row that say when the key was made and when it came into each state; null: not yet, or never. */
@Embeddable
class KeyDates {
    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "active_at")
    private @Nullable Instant activeAt;

    @Column(name = "retiring_at")
    private @Nullable Instant retiringAt;

    @Column(name = "retired_at")
    private @Nullable Instant retiredAt;

    @Column(name = "revoked_at")
    private @Nullable Instant revokedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway")
    protected KeyDates() {}

    /** Of a key that is made now. */
    KeyDates(Instant now) {
        createdAt = now;
    }

    /** The key comes into a state now. */
    void reached(KeyState state, Instant now) {
        switch (state) {
            case PENDING -> {} // it is made in that state
            case ACTIVE -> activeAt = now;
            case RETIRING -> retiringAt = now;
            case RETIRED -> retiredAt = now;
            case REVOKED -> revokedAt = now;
        }
    }

    Instant createdAt() {
        return createdAt;
    }

    @Nullable
    Instant activeAt() {
        return activeAt;
    }

    @Nullable
    Instant retiringAt() {
        return retiringAt;
    }

    @Nullable
    Instant retiredAt() {
        return retiredAt;
    }

    @Nullable
    Instant revokedAt() {
        return revokedAt;
    }
}
