package io.narthex.job;

import io.narthex.job.JobException.AlreadyRunning;
import io.narthex.job.JobException.StandsStill;
import io.narthex.job.JobException.Stopping;
import io.narthex.job.JobException.UnknownJob;
import io.narthex.restore.RestoreGuard;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** Starts the runs of this node, keeps their leases, and stops them. Thread-safe. */
@ApplicationScoped
class JobRunner {
    /** Longer than a page should take, shorter than what stops the server waits before it kills. */
    private static final long STOP_MILLIS = 20_000;

    private static final System.Logger LOG = System.getLogger(JobRunner.class.getName());

    /** A thread for each run: the shared executor has a few, and long runs would keep requests waiting for one. */
    @Resource(lookup = "java:jboss/ee/concurrency/factory/default")
    ManagedThreadFactory threads;

    private final JobRegistry registry;
    private final JobLedger ledger;
    private final JobMeters meters;
    private final RestoreGuard restore;

    /** Of this start of the server. */
    private final UUID owner = UUID.randomUUID();

    /** Runs that nobody asked for go by it. */
    Setbacks setbacks = new Setbacks(System::nanoTime);

    private final Map<JobKey, JobExecution> executions = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    /** For the proxy. */
    @SuppressWarnings("NullAway")
    protected JobRunner() {
        this(null, null, null, null);
    }

    @Inject
    JobRunner(JobRegistry registry, JobLedger ledger, JobMeters meters, RestoreGuard restore) {
        this.registry = registry;
        this.ledger = ledger;
        this.meters = meters;
        this.restore = restore;
    }

    /** Renews the leases of what runs here. */
    void renewLeases() {
        executions.values().forEach(JobExecution::renew);
    }

    /** Writes down how far the runs of this node are. */
    void writeProgress() {
        executions.values().forEach(JobExecution::writeProgress);
    }

    /** Asks for a run of each job that is due, or of which a server that is gone has left a run half done. */
    void startDue() {
        Set<JobKey> left = leftBehind();
        registry.all().forEach(job -> startQuietly(job, left));
    }

    private Set<JobKey> leftBehind() {
        try {
            return ledger.leftBehind();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "event=left-behind-unknown cause={0}", e.toString());
            return Set.of();
        }
    }

    /** Asks for a run of each job that is due and on time. */
    void startPunctual() {
        registry.all().stream().filter(Job::isPunctual).forEach(job -> startQuietly(job, Set.of()));
    }

    private boolean isWanted(Job job, Set<JobKey> left) {
        JobKey key = JobKey.of(job);
        return !stopping
                && !executions.containsKey(key)
                && !setbacks.holdBack(key)
                && (left.contains(key) || job.due());
    }

    private void startQuietly(Job job, Set<JobKey> left) {
        try {
            if (isWanted(job, left)) {
                begin(job, ledger::begin);
            }
        } catch (AlreadyRunning | Stopping | StandsStill e) {
            LOG.log(Level.DEBUG, "event=job-not-started job={0} cause={1}", job.name(), e.toString());
        } catch (RuntimeException | Error e) {
            // the next tick tries again, and the other jobs have their turn in this one
            LOG.log(Level.WARNING, "event=job-not-started job={0} cause={1}", job.name(), e.toString());
        }
    }

    /**
     * Starts a run now and returns when it is recorded as RUNNING; it goes on in the background.
     *
     * @return the run's id
     * @throws UnknownJob if there is no job of this name
     * @throws AlreadyRunning if it runs, here or on another node
     * @throws Stopping if the server stops
     * @throws StandsStill if it removes things and the database is a restored one
     */
    long start(String job) {
        Job found = registry.find(job);
        return begin(found, (key, node) -> {
            HeldLease lease = ledger.beginAsked(key, node);
            found.asked();
            return lease;
        });
    }

    private long begin(Job job, BiFunction<JobKey, UUID, HeldLease> taking) {
        if (stopping) {
            throw new Stopping();
        }
        if (job.removes() && restore.restoredSince().isPresent()) {
            throw new StandsStill(job.name());
        }
        JobKey key = JobKey.of(job);
        HeldLease lease = taking.apply(key, owner);
        JobExecution execution = new JobExecution(job, lease, ledger, () -> stopping, outcome -> {
            setbacks.ended(key, outcome);
            meters.ended(key.job(), outcome);
        });
        executions.put(key, execution);
        try {
            threads.newThread(() -> {
                        try {
                            execution.run();
                        } finally {
                            executions.remove(key, execution);
                        }
                    })
                    .start();
        } catch (RuntimeException | Error e) {
            // no thread can be made, or none any more since the server stops
            executions.remove(key, execution);
            ledger.interrupt(lease);
            throw e;
        }
        return lease.run();
    }

    /** Lets each run come to the end of its page and give its lease back, so that another node goes on at once. */
    void stop() {
        stopping = true;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
        try {
            for (JobExecution execution : executions.values()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (!execution.awaitEnd(Math.max(0, left))) {
                    LOG.log(Level.WARNING, "event=job-not-stopped: its lease expires by itself");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
