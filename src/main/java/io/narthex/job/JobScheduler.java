package io.narthex.job;

import io.narthex.job.JobException.AlreadyRunning;
import io.narthex.job.JobException.Stopping;
import io.narthex.job.JobException.UnknownJob;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Starts runs, when they are due or when asked to, and keeps their leases. Safe for use by many threads. */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class JobScheduler {
    /** Longer than a page should take, shorter than what stops the server waits before it kills. */
    private static final long STOP_MILLIS = 20_000;

    private static final System.Logger LOG = System.getLogger(JobScheduler.class.getName());

    @Inject
    JobRegistry registry;

    @Inject
    JobLedger ledger;

    @Resource
    ManagedExecutorService executor;

    /** Of this start of the server. */
    private final UUID owner = UUID.randomUUID();

    private final Map<JobKey, JobExecution> executions = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    /** Not persistent: every node ticks, and the lease decides. */
    @Schedule(hour = "*", minute = "*", second = "*/10", persistent = false)
    void tick() {
        executions.values().forEach(JobExecution::renew);
        registry.all().stream().filter(this::isWanted).forEach(this::startQuietly);
    }

    private boolean isWanted(Job job) {
        return !stopping && !executions.containsKey(JobKey.of(job)) && job.due();
    }

    private void startQuietly(Job job) {
        try {
            begin(job);
        } catch (AlreadyRunning | Stopping e) {
            LOG.log(Level.DEBUG, "event=job-not-started job={0} cause={1}", job.name(), e.toString());
        } catch (RuntimeException e) {
            // the next tick tries again; a trace every ten seconds would tell nothing new
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
     */
    long start(String job) {
        return begin(registry.find(job));
    }

    private long begin(Job job) {
        if (stopping) {
            throw new Stopping();
        }
        JobKey key = JobKey.of(job);
        HeldLease lease = ledger.begin(key, owner);
        JobExecution execution = new JobExecution(job, lease, ledger, () -> stopping);
        executions.put(key, execution);
        try {
            executor.execute(() -> {
                execution.run();
                executions.remove(key, execution);
            });
        } catch (RejectedExecutionException e) {
            executions.remove(key, execution);
            ledger.interrupt(lease);
            throw new Stopping();
        }
        return lease.run();
    }

    /** Lets each run come to the end of its page and give its lease back, so that another node goes on at once. */
    @PreDestroy
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
