package io.narthex.job;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads and writes the rows of the table job_run. Writing needs a transaction. */
@ApplicationScoped
class JobRuns {
    /** An auditor asks about the last quarter; a job that fails every ten seconds must not fill the disk. */
    private static final String OLD = "ended_at < clock_timestamp() - interval '90 days'";

    private static final int KEPT = 1000;

    @PersistenceContext
    EntityManager entityManager;

    /** Adds a run that begins now, and gives its id. */
    long begin(JobKey key, long leaseNumber) {
        Object id = entityManager
                .createNativeQuery("insert into job_run (job, subject, lease_number, started_at, outcome)"
                        + " values (:job, :subject, :number, clock_timestamp(), 'RUNNING') returning id")
                .setParameter("job", key.job())
                .setParameter("subject", key.subject())
                .setParameter("number", leaseNumber)
                .getSingleResult();
        return ((Number) id).longValue();
    }

    void count(long run, JobPage page) {
        entityManager
                .createNativeQuery("update job_run set seen = seen + :seen, added = added + :added,"
                        + " updated = updated + :updated, removed = removed + :removed where id = :id")
                .setParameter("seen", page.seen())
                .setParameter("added", page.added())
                .setParameter("updated", page.updated())
                .setParameter("removed", page.removed())
                .setParameter("id", run)
                .executeUpdate();
    }

    /**
     * Says how far a run is. A row that a page is just writing is left alone: it has the same in a moment. One that has ended
     * stays as it is.
     */
    void reached(long run, Progress.Reached reached) {
        entityManager
                .createNativeQuery("update job_run set done = :done,"
                        + " total = nullif(cast(:total as bigint), -1), progress_at = clock_timestamp()"
                        + " where id = (select id from job_run where id = :id and outcome = 'RUNNING'"
                        + " for no key update skip locked)")
                .setParameter("done", reached.done())
                .setParameter("total", reached.total())
                .setParameter("id", run)
                .executeUpdate();
    }

    /** Ends a run now; one that has ended stays as it is. */
    void end(long run, JobOutcome outcome, @Nullable String error) {
        entityManager
                .createNativeQuery("update job_run set outcome = :outcome, error = cast(:error as text),"
                        + " ended_at = clock_timestamp() where id = :id and outcome = 'RUNNING'")
                .setParameter("outcome", outcome.name())
                .setParameter("error", error)
                .setParameter("id", run)
                .executeUpdate();
    }

    /** The run that goes on, or that went on when its server died. */
    OptionalLong findRunning(JobKey key) {
        return entityManager
                .createQuery(
                        "select r.id from JobRunEntity r where r.key = :key and r.outcome = :running order by r.id"
                                + " desc",
                        Long.class)
                .setParameter("key", key)
                .setParameter("running", JobOutcome.RUNNING)
                .setMaxResults(1)
                .getResultStream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    Optional<JobRunEntity> find(String job, long id) {
        return entityManager
                .createQuery("select r from JobRunEntity r where r.key.job = :job and r.id = :id", JobRunEntity.class)
                .setParameter("job", job)
                .setParameter("id", id)
                .getResultStream()
                .findFirst();
    }

    Optional<JobRunEntity> findLast(JobKey key) {
        return entityManager
                .createQuery("select r from JobRunEntity r where r.key = :key order by r.id desc", JobRunEntity.class)
                .setParameter("key", key)
                .setMaxResults(1)
                .getResultStream()
                .findFirst();
    }

    /** When a run last ended well, on whichever node. */
    Optional<Instant> lastSuccess(JobKey key) {
        return entityManager
                .createQuery(
                        "select r.endedAt from JobRunEntity r where r.key = :key and r.outcome = :succeeded order by"
                                + " r.id desc",
                        Instant.class)
                .setParameter("key", key)
                .setParameter("succeeded", JobOutcome.SUCCEEDED)
                .setMaxResults(1)
                .getResultStream()
                .findFirst();
    }

    /** Newest first, of all subjects, those with a lesser id than {@code below}. */
    List<JobRunEntity> list(String job, long below, int limit) {
        return entityManager
                .createQuery(
                        "select r from JobRunEntity r where r.key.job = :job and r.id < :below order by r.id desc",
                        JobRunEntity.class)
                .setParameter("job", job)
                .setParameter("below", below)
                .setMaxResults(limit)
                .getResultList();
    }

    void removeOld(JobKey key) {
        entityManager
                .createNativeQuery("delete from job_run where job = :job and subject = :subject"
                        + " and outcome <> 'RUNNING' and (" + OLD
                        + " or id <= (select id from job_run where job = :job and subject = :subject"
                        + " order by id desc offset :kept limit 1))")
                .setParameter("job", key.job())
                .setParameter("subject", key.subject())
                .setParameter("kept", KEPT)
                .executeUpdate();
    }
}
