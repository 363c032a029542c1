package io.narthex.job;

import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The row that says who may run a job now. {@link JobLeases} writes it in SQL, by the clock of the database. */
@Entity
@Table(name = "job_lease")
class JobLeaseEntity {
    @EmbeddedId
    private JobKey key;

    @Column(nullable = false)
    private long number;

    private @Nullable UUID owner;

    @Column(name = "held_until")
    private @Nullable Instant heldUntil;

    private @Nullable String checkpoint;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected JobLeaseEntity() {}

    JobKey key() {
        return key;
    }

    long number() {
        return number;
    }

    @Nullable
    UUID owner() {
        return owner;
    }

    @Nullable
    Instant heldUntil() {
        return heldUntil;
    }

    @Nullable
    String checkpoint() {
        return checkpoint;
    }
}
