package io.narthex.job;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.Query;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the rows of the table job_lease. Every writing uses the database's clock of that moment, not of the
 * transaction's start, and needs a transaction.
 */
@ApplicationScoped
class JobLeases {
    /** Three renewals may fail before another node takes over. */
    private static final String HELD = "clock_timestamp() + interval '30 seconds'";

    private static final String OF_NUMBER = " where job = :job and subject = :subject and number = :number";

    @PersistenceContext
    EntityManager entityManager;

    /** Makes the row if there is none, free. */
    void ensure(JobKey key) {
        of(
                        key,
                        "insert into job_lease (job, subject, number) values (:job, :subject, 0)"
                                + " on conflict (job, subject) do nothing")
                .executeUpdate();
    }

    /** Keeps other starters of this job out until the transaction ends; holds back no page and no renewal. */
    void awaitTurn(JobKey key) {
        of(key, "select 1 from pg_advisory_xact_lock(hashtextextended('job ' || :job || ' ' || :subject, 0))")
                .getSingleResult();
    }

    /**
     * Takes a lease that is free or expired. One that has expired while a page of its holder still goes on is left alone.
     *
     * @return the new number, none if the lease is held
     */
    Optional<Long> take(JobKey key, UUID owner) {
        List<?> free = of(
                        key,
                        "select 1 from job_lease where job = :job and subject = :subject"
                                + " and (held_until is null or held_until < clock_timestamp()) for update skip locked")
                .getResultList();
        if (free.isEmpty()) {
            return Optional.empty();
        }
        Object number = of(
                        key,
                        "update job_lease set number = number + 1, owner = :owner, held_until = " + HELD
                                + " where job = :job and subject = :subject returning number")
                .setParameter("owner", owner)
                .getSingleResult();
        return Optional.of(((Number) number).longValue());
    }

    /** Moves the lease's end; false if it was lost, or given back meanwhile. */
    boolean renew(HeldLease lease) {
        return of(lease, "update job_lease set held_until = " + HELD + OF_NUMBER + " and owner is not null")
                        .executeUpdate()
                == 1;
    }

    /**
     * Makes sure until the transaction's end that nobody takes the lease over; renewals pass.
     *
     * @return the row, none if the lease was lost
     */
    Optional<JobLeaseEntity> keep(HeldLease lease) {
        // not "for share", which would hold back the renewal
        List<?> row = of(lease, "select 1 from job_lease" + OF_NUMBER + " for key share")
                .getResultList();
        return row.isEmpty() ? Optional.empty() : find(lease.key());
    }

    void setCheckpoint(HeldLease lease, @Nullable String checkpoint) {
        of(lease, "update job_lease set checkpoint = cast(:checkpoint as text)" + OF_NUMBER)
                .setParameter("checkpoint", checkpoint)
                .executeUpdate();
    }

    /** Gives the lease back; the checkpoint stays. */
    void release(HeldLease lease) {
        of(lease, "update job_lease set owner = null, held_until = null" + OF_NUMBER)
                .executeUpdate();
    }

    /** Whether anybody holds the lease now. */
    boolean isHeld(JobKey key) {
        return !of(
                        key,
                        "select 1 from job_lease where job = :job and subject = :subject"
                                + " and held_until >= clock_timestamp()")
                .getResultList()
                .isEmpty();
    }

    /** What servers held that are gone: nobody has given these back, nor renewed them for long enough to be sure. */
    Set<JobKey> findLeftBehind() {
        List<?> rows = entityManager
                .createNativeQuery("select job, subject from job_lease where owner is not null"
                        + " and held_until < clock_timestamp() - interval '30 seconds'")
                .getResultList();
        return rows.stream()
                .map(Object[].class::cast)
                .map(row -> new JobKey((String) row[0], (String) row[1]))
                .collect(Collectors.toSet());
    }

    private Optional<JobLeaseEntity> find(JobKey key) {
        return entityManager
                .createQuery("select l from JobLeaseEntity l where l.key = :key", JobLeaseEntity.class)
                .setParameter("key", key)
                .getResultStream()
                .findFirst();
    }

    private Query of(HeldLease lease, String sql) {
        return of(lease.key(), sql).setParameter("number", lease.number());
    }

    private Query of(JobKey key, String sql) {
        return entityManager
                .createNativeQuery(sql)
                .setParameter("job", key.job())
                .setParameter("subject", key.subject());
    }
}
