package io.narthex.job;

import io.narthex.meter.LabelledCounts;
import io.narthex.meter.Meters;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts how the runs of this node ended, and shows when a run last succeeded on any node. */
@ApplicationScoped
class JobMeters {
    private static final System.Logger LOG = System.getLogger(JobMeters.class.getName());

    private static final List<String> ENDS = List.of("succeeded", "failed", "interrupted");

    /** How often the database is asked what other nodes did. */
    private static final Duration LOOK = Duration.ofMinutes(1);

    @Inject
    JobRegistry registry;

    @Inject
    JobRuns runs;

    @Inject
    Meters meters;

    private final Clock clock = Clock.systemUTC();
    private final Map<String, LabelledCounts> ends = new HashMap<>();

    /** By job; where none is known yet, the start of this server. */
    private final Map<String, Instant> successes = new ConcurrentHashMap<>();

    private Instant nextLook = Instant.MIN;

    /** Makes the meters of all jobs. */
    void start() {
        for (Job job : registry.all()) {
            String name = job.name();
            successes.put(name, clock.instant());
            ends.put(
                    name,
                    meters.counters(
                            "narthex.job.runs", "Runs of this node by how they ended", "outcome", ENDS, "job", name));
            meters.gauge(
                    "narthex.job.last.success.age.seconds",
                    "Since a run last succeeded on any node, or since the start of this one if none did",
                    () -> Duration.between(successes.get(name), clock.instant()).toMillis() / 1e3,
                    "job",
                    name);
        }
    }

    /** A run of this node ended. */
    void ended(String job, JobOutcome outcome) {
        if (outcome == JobOutcome.SUCCEEDED) {
            succeeded(job, clock.instant());
        }
        LabelledCounts counts = ends.get(job);
        if (counts != null) {
            counts.increment(outcome.name().toLowerCase(Locale.ROOT));
        }
    }

    private void succeeded(String job, Instant at) {
        successes.merge(job, at, (a, b) -> a.isAfter(b) ? a : b);
    }

    /** Learns what other nodes did, and what was before the start; called every few seconds, by one thread at a time. */
    void look() {
        Instant now = clock.instant();
        if (now.isBefore(nextLook)) {
            return;
        }
        nextLook = now.plus(LOOK);
        try {
            registry.all().forEach(job -> runs.lastSuccess(JobKey.of(job)).ifPresent(at -> succeeded(job.name(), at)));
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "event=job-successes-unknown cause={0}", e.toString());
        }
    }
}
