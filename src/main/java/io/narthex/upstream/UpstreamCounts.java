package io.narthex.upstream;

import io.narthex.thread.Guarded;
import io.narthex.thread.NamedThreads;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts for the record how often upstreams were asked, and writes that down every few seconds. Thread-safe. */
@ApplicationScoped
public class UpstreamCounts {
    private static final long PERIOD_SECONDS = 10;

    private final Clock clock = Clock.systemUTC();
    private final Map<Subject, Counts> counts = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("narthex-upstream-counts"));

    @Inject
    private UpstreamDays days;

    @Inject
    private UpstreamPaths paths;

    /** For whom which upstream was asked. */
    record Subject(int upstreamId, int tenantId) {
        /** As the table's key has it: two nodes that write at once wait for each other and never in a circle. */
        static final Comparator<Subject> ORDER =
                Comparator.comparingInt(Subject::upstreamId).thenComparingInt(Subject::tenantId);
    }

    /** What is counted. */
    static final class Counts {
        final LongAdder lookups = new LongAdder();
        final LongAdder hits = new LongAdder();
        final LongAdder refused = new LongAdder();
        final LongAdder fetches = new LongAdder();
        final LongAdder bytes = new LongAdder();
        final LongAdder failures = new LongAdder();
    }

    /** Of one subject since the last time. */
    record Taken(Subject subject, long lookups, long hits, long refused, long fetches, long bytes, long failures) {
        private boolean isNothing() {
            return lookups + hits + refused + fetches + bytes + failures == 0;
        }
    }

    @PostConstruct
    void start() {
        ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(
                new Guarded("upstream-counts", this::write), PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    Counts of(Upstream upstream, int tenantId) {
        return counts.computeIfAbsent(new Subject(upstream.id(), tenantId), s -> new Counts());
    }

    private void write() {
        List<Taken> taken = new ArrayList<>();
        counts.forEach((subject, count) -> taken.add(new Taken(
                subject,
                count.lookups.sumThenReset(),
                count.hits.sumThenReset(),
                count.refused.sumThenReset(),
                count.fetches.sumThenReset(),
                count.bytes.sumThenReset(),
                count.failures.sumThenReset())));
        taken.removeIf(Taken::isNothing);
        taken.sort(Comparator.comparing(Taken::subject, Subject.ORDER));
        List<Long> used = paths.uses().take();
        if (!taken.isEmpty() || !used.isEmpty()) {
            days.add(LocalDate.now(clock), taken, used);
        }
    }

    @PreDestroy
    void stop() {
        timer.shutdown();
        write();
    }
}
