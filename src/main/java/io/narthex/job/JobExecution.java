package io.narthex.job;

import io.narthex.http.DatabaseAway;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Runs a job on its thread, page after page, until the work is done, fails, or is to stop. */
final class JobExecution implements Runnable {
    private static final System.Logger LOG = System.getLogger(JobExecution.class.getName());

    private final Job job;
    private final HeldLease lease;
    private final JobLedger ledger;
    private final BooleanSupplier stopping;
    private final Consumer<JobOutcome> told;
    private final Progress of = new Progress();
    private Progress.Reached written = of.reached();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** @param told how it ended, once */
    JobExecution(Job job, HeldLease lease, JobLedger ledger, BooleanSupplier stopping, Consumer<JobOutcome> told) {
        this.job = job;
        this.lease = lease;
        this.ledger = ledger;
        this.stopping = stopping;
        this.told = told;
    }

    @Override
    public void run() {
        boolean interrupted = false;
        try {
            JobProgress progress = JobProgress.MORE;
            while (progress == JobProgress.MORE) {
                // cleared, because no connection can be had from the pool while it is set
                interrupted |= Thread.interrupted();
                if (interrupted || stopping.getAsBoolean()) {
                    ledger.interrupt(lease);
                    told.accept(JobOutcome.INTERRUPTED);
                    log(Level.INFO, JobOutcome.INTERRUPTED.name());
                    return;
                }
                progress = ledger.page(lease, job, of);
            }
            // whoever took a lost lease over has ended the run as INTERRUPTED
            told.accept(progress == JobProgress.DONE ? JobOutcome.SUCCEEDED : JobOutcome.INTERRUPTED);
            log(progress == JobProgress.DONE ? Level.DEBUG : Level.WARNING, progress.name());
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            ended.countDown();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void fail(Throwable failure) {
        told.accept(JobOutcome.FAILED);
        String event = "event=job-failed job=" + lease.key().job() + " run=" + runId();
        if (DatabaseAway.isCauseOf(failure)) {
            // where it happened tells nothing
            LOG.log(Level.WARNING, event + " cause=" + failure);
        } else {
            LOG.log(Level.ERROR, event, failure);
        }
        try {
            ledger.fail(lease, sentence(failure));
        } catch (RuntimeException e) {
            // whoever takes the expired lease over ends the run
            LOG.log(Level.WARNING, "event=job-end-not-recorded run={0} cause={1}", runId(), e.toString());
        }
    }

    private String sentence(Throwable failure) {
        if (DatabaseAway.isCauseOf(failure)) {
            return "The database was away.";
        }
        return failure instanceof JobFailed explained
                ? explained.sentence()
                : "The job failed; the server's log tells why at run=" + runId() + ".";
    }

    /** Moves the end of the lease; called while the run goes on, from another thread. */
    void renew() {
        try {
            if (ended.getCount() > 0) {
                ledger.renew(lease);
            }
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "event=lease-not-renewed run={0} cause={1}", runId(), e.toString());
        }
    }

    /** Writes down how far the run is, if it came further; called by one thread at a time, which is not the run's own. */
    void writeProgress() {
        Progress.Reached now = of.reached();
        if (ended.getCount() > 0 && !now.equals(written)) {
            try {
                ledger.reached(lease, now);
                written = now;
            } catch (RuntimeException e) {
                LOG.log(Level.DEBUG, "event=progress-not-written run={0} cause={1}", runId(), e.toString());
            }
        }
    }

    /** Waits for the end of the run, false if it did not come in time. */
    boolean awaitEnd(long millis) throws InterruptedException {
        return ended.await(millis, TimeUnit.MILLISECONDS);
    }

    private void log(Level level, String outcome) {
        LOG.log(
                level,
                "event=job-ended job={0} run={1} outcome={2}",
                lease.key().job(),
                runId(),
                outcome);
    }

    /** Without the thousands separators of a message format. */
    private String runId() {
        return Long.toString(lease.run());
    }
}
