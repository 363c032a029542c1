package io.narthex.job;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;

/**
 * Asks every job, every few seconds, whether it is due, and asks for a run of those that are. The runs go on elsewhere.
 */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class JobScheduler {
    @Inject
    JobRunner runner;

    @Inject
    JobMeters meters;

    @PostConstruct
    void start() {
        meters.start();
    }

    /** Not persistent: every node ticks, and the lease decides. A third of a lease's time. */
    @Schedule(hour = "*", minute = "*", second = "*/10", persistent = false)
    void tick() {
        runner.renewLeases();
        runner.startDue();
        meters.look();
    }

    /** Likewise. How far a run is may be known more often than anybody looks at a page: every five seconds is enough. */
    @Schedule(hour = "*", minute = "*", second = "*/5", persistent = false)
    void tickOfProgress() {
        runner.writeProgress();
    }

    /** Likewise. */
    @Schedule(hour = "*", minute = "*", second = "*", persistent = false)
    void tickOften() {
        runner.startPunctual();
    }

    @PreDestroy
    void stop() {
        runner.stop();
    }
}
