package io.narthex.job;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.audit.JobAtWork;
import io.narthex.job.JobException.AlreadyRunning;
import io.narthex.transaction.Retried;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Writes down each step of a run: its begin, its pages, its end. Each step is a transaction. */
@ApplicationScoped
@Retried
@Transactional(TxType.REQUIRES_NEW)
class JobLedger {
    /** A page may ask what takes minutes; the pool's patience is that of a request. */
    private static final int PAGE_MILLIS =
            Math.toIntExact(Duration.ofMinutes(10).toMillis());

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    DataSource dataSource;

    @Inject
    JobLeases leases;

    @Inject
    JobRuns runs;

    @Inject
    AuditLog audit;

    /**
     * Takes the lease, ends what a dead holder left, and begins a run.
     *
     * @throws AlreadyRunning if the lease is held, here or elsewhere
     */
    HeldLease begin(JobKey key, UUID owner) {
        leases.awaitTurn(key);
        leases.ensure(key);
        OptionalLong before = runs.findRunning(key);
        Optional<Long> number = leases.take(key, owner);
        if (number.isEmpty()) {
            throw new AlreadyRunning(key.job(), before.orElseThrow());
        }
        before.ifPresent(run -> runs.end(run, JobOutcome.INTERRUPTED, null));
        runs.removeOld(key);
        return new HeldLease(key, number.get(), runs.begin(key, number.get()));
    }

    /** The same because somebody asked for it. */
    HeldLease beginAsked(JobKey key, UUID owner) {
        HeldLease lease = begin(key, owner);
        audit.record(AuditEvent.of(AuditAction.JOB_STARTED)
                .detail("job", key.job())
                .detail("subject", key.subject())
                .detail("run", lease.run()));
        return lease;
    }

    /** Of which jobs a server that is gone has left a run. */
    Set<JobKey> leftBehind() {
        return leases.findLeftBehind();
    }

    /** Moves the lease's end; false if it was lost. */
    boolean renew(HeldLease lease) {
        return leases.renew(lease);
    }

    /** Writes down how far the run is, while a page of it goes on in a transaction of its own. */
    void reached(HeldLease lease, Progress.Reached reached) {
        runs.reached(lease.run(), reached);
    }

    /** Does one page and says what comes next; the transaction holds all of it or nothing. */
    JobProgress page(HeldLease lease, Job job, Progress progress) {
        // whatever the page asks the database is asked over the one connection of its transaction
        try (Connection connection = dataSource.getConnection()) {
            int usual = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, PAGE_MILLIS);
            JobProgress reached;
            try {
                reached = work(lease, job, progress);
            } catch (RuntimeException e) {
                restore(connection, usual, e);
                throw e;
            }
            restore(connection, usual, null);
            return reached;
        } catch (SQLException e) {
            throw new IllegalStateException("a page has no connection", e);
        }
    }

    /** A connection whose transaction is to be rolled back refuses: what the page failed of is told then, not that. */
    private static void restore(Connection connection, int millis, @Nullable RuntimeException failed)
            throws SQLException {
        try {
            if (!connection.isClosed()) {
                connection.setNetworkTimeout(Runnable::run, millis);
            }
        } catch (SQLException e) {
            if (failed == null) {
                throw e;
            }
            failed.addSuppressed(e);
        }
    }

    private JobProgress work(HeldLease lease, Job job, Progress progress) {
        Optional<JobLeaseEntity> row = leases.keep(lease);
        if (row.isEmpty()) {
            return JobProgress.LEASE_LOST;
        }
        String checkpoint = row.get().checkpoint();
        JobPage page = JobAtWork.as(job.name(), () -> progress.during(() -> job.page(checkpoint)));
        progress.endPage(page.seen());
        runs.count(lease.run(), page);
        runs.reached(lease.run(), progress.reached());
        leases.setCheckpoint(lease, page.checkpoint());
        if (page.checkpoint() != null) {
            return JobProgress.MORE;
        }
        runs.end(lease.run(), JobOutcome.SUCCEEDED, null);
        leases.release(lease);
        return JobProgress.DONE;
    }

    /** Ends a run before its work was done; the next goes on at its checkpoint. Does nothing if the lease was lost. */
    void interrupt(HeldLease lease) {
        end(lease, JobOutcome.INTERRUPTED, null);
    }

    /** Ends a run that failed. Does nothing if the lease was lost. */
    void fail(HeldLease lease, String error) {
        end(lease, JobOutcome.FAILED, error);
    }

    private void end(HeldLease lease, JobOutcome outcome, @Nullable String error) {
        if (leases.keep(lease).isPresent()) {
            runs.end(lease.run(), outcome, error);
            leases.release(lease);
        }
    }
}
