package io.narthex.job;

import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The row of one run of a job. {@link JobRuns} writes it in SQL, by the clock of the database. */
@Entity
@Table(name = "job_run")
class JobRunEntity {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private long id;

    @Embedded
    private JobKey key;

    @Column(name = "lease_number", nullable = false)
    private long leaseNumber;

    @Column(name = "started_at", nullable = false)
    private Instant startedAt;

    @Column(name = "ended_at")
    private @Nullable Instant endedAt;

    @Enumerated(EnumType.STRING)
    @Column(nullable = false)
    private JobOutcome outcome;

    @Column(nullable = false)
    private long seen;

    @Column(nullable = false)
    private long added;

    @Column(nullable = false)
    private long updated;

    @Column(nullable = false)
    private long removed;

    private @Nullable Long done;

    private @Nullable Long total;

    @Column(name = "progress_at")
    private @Nullable Instant progressAt;

    private @Nullable String error;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected JobRunEntity() {}

    long id() {
        return id;
    }

    JobKey key() {
        return key;
    }

    Instant startedAt() {
        return startedAt;
    }

    @Nullable
    Instant endedAt() {
        return endedAt;
    }

    JobOutcome outcome() {
        return outcome;
    }

    long seen() {
        return seen;
    }

    long added() {
        return added;
    }

    long updated() {
        return updated;
    }

    long removed() {
        return removed;
    }

    @Nullable
    Long done() {
        return done;
    }

    @Nullable
    Long total() {
        return total;
    }

    /** When done was written. */
    @Nullable
    Instant progressAt() {
        return progressAt;
    }

    @Nullable
    String error() {
        return error;
    }
}
