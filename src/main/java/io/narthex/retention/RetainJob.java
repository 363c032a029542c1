package io.narthex.retention;

import io.narthex.http.DatabaseAway;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Progress;
import io.narthex.meter.Meters;
import io.narthex.transaction.TransactionConflict;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Does the runs of the collector: once a day one in each cache that has a policy, and those that somebody asks for. Runs in
 * several caches take turns, page by page.
 */
@ApplicationScoped
public class RetainJob implements Job {
    /**
     * Which caches are due is asked so often, though each is once a day: a run whose server died is gone on with by another one, which
     * nobody has asked.
     */
    private static final long LOOK_NANOS = TimeUnit.MINUTES.toNanos(1);

    @Inject
    private RetentionRuns runs;

    @Inject
    private Collector collector;

    @Inject
    private Meters meters;

    private LongAdder held = new LongAdder();
    private volatile long finishedAt = System.nanoTime() - LOOK_NANOS;

    /** How often somebody has asked for a run, and how often when none was left: a page that fails leaves it due. */
    private final AtomicLong asked = new AtomicLong();

    private volatile long answered;

    /** Runs whose pages failed in transactions that were rolled back. */
    private final Map<Long, Boolean> failed = new ConcurrentHashMap<>();

    private long last;

    @PostConstruct
    void start() {
        held = meters.counter(
                "narthex.retention.held",
                "Runs that did nothing, since they would have removed more than half of a cache");
    }

    @Override
    public String name() {
        return "retain";
    }

    @Override
    public String subject() {
        return "caches";
    }

    @Override
    public boolean removes() {
        return true;
    }

    @Override
    public boolean due() {
        return asked.get() != answered || System.nanoTime() - finishedAt >= LOOK_NANOS;
    }

    /** Somebody waits for the run that was asked for. */
    @Override
    public boolean isPunctual() {
        return true;
    }

    /** There is a run to be done. */
    void ask() {
        asked.incrementAndGet();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        long begunWith = asked.get();
        if (checkpoint == null) {
            runs.beginDaily();
        }
        for (Long run : List.copyOf(failed.keySet())) {
            runs.fail(run, "A page failed; the server's log tells why");
            failed.remove(run);
        }
        Optional<RetentionRun> next = runs.next(last);
        if (next.isEmpty()) {
            finishedAt = System.nanoTime();
            answered = begunWith;
            return new JobPage(null, 0, 0, 0, 0);
        }
        Progress.ofThisRun().expect(() -> runs.countRunning() * RetentionRun.Step.values().length);
        return page(next.get());
    }

    /** One that has ended has done all of them, also those that it had no need of. */
    private static int stepsDone(RetentionRun run) {
        return run.outcome() == RetentionRun.Outcome.RUNNING
                ? EnumSet.range(RetentionRun.Step.BEGIN, run.step()).size() - 1
                : RetentionRun.Step.values().length;
    }

    private JobPage page(RetentionRun run) {
        last = run.id();
        try {
            collector.page(run);
        } catch (RuntimeException e) {
            ask();
            collector.forget(run.id());
            if (!DatabaseAway.isCauseOf(e) && !TransactionConflict.isCauseOf(e)) {
                failed.put(run.id(), true);
            }
            throw e;
        }
        RetentionRun after = runs.get(run.id());
        if (after.outcome() == RetentionRun.Outcome.HELD) {
            held.increment();
        }
        Progress.ofThisRun().add(stepsDone(after) - stepsDone(run));
        return new JobPage(
                "more",
                0,
                after.revived() - run.revived(),
                after.condemned() - run.condemned(),
                after.removed() - run.removed());
    }
}
