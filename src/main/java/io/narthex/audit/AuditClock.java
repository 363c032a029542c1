package io.narthex.audit;

import io.narthex.thread.Guarded;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Writes reads and refusals to the database in the background, and has new events sealed. */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class AuditClock {
    private static final long REFUSALS_MILLIS = 500;
    /** Reads are to be seen within two seconds; the fewer batches, the fewer rows of counts are written again. */
    private static final long READS_MILLIS = 1_500;
    /** Events are to be sealed within five seconds. */
    private static final long SEAL_MILLIS = 1_000;

    private static final long PARTITIONS_MILLIS = TimeUnit.HOURS.toMillis(1);

    @Resource(lookup = "java:jboss/ee/concurrency/scheduler/default")
    private ManagedScheduledExecutorService timer;

    @Inject
    private Refusals refusals;

    @Inject
    private ReadWriter reads;

    @Inject
    private Seals seals;

    private final List<ScheduledFuture<?>> running = new ArrayList<>();

    @PostConstruct
    void start() {
        seals.makePartitions();
        every(REFUSALS_MILLIS, "refusals", () -> refusals.write(false));
        every(READS_MILLIS, "reads", reads::write);
        every(SEAL_MILLIS, "seals", seals::seal);
        every(PARTITIONS_MILLIS, "partitions", seals::makePartitions);
    }

    /** Apart from each other: one that waits for the database holds up no other. */
    private void every(long millis, String name, Runnable work) {
        running.add(timer.scheduleWithFixedDelay(new Guarded(name, work), millis, millis, TimeUnit.MILLISECONDS));
    }

    @PreDestroy
    void stop() {
        running.forEach(one -> one.cancel(false));
        refusals.write(true);
        reads.write();
    }
}
