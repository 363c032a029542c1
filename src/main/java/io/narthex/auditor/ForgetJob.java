package io.narthex.auditor;

import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.job.Schedule;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Forgets once a day what has grown old and is of no use: runs of the collector, tokens that ended, and the like. */
@ApplicationScoped
public class ForgetJob implements Job {
    private static final int PAGE = 2_000;

    @Inject
    private RecordFunctions functions;

    private final Schedule schedule = new Schedule(1, TimeUnit.DAYS);

    /** What is forgotten, in this order. */
    private enum Step {
        USED_IDENTITY_TOKENS,
        RETENTION_RUNS,
        PIN_REVISIONS,
        REMOVED_PATHS,
        TOKENS
    }

    @Override
    public String name() {
        return "forget";
    }

    @Override
    public String subject() {
        return "audit";
    }

    @Override
    public boolean removes() {
        return true;
    }

    @Override
    public boolean due() {
        return schedule.isDue();
    }

    @Override
    public JobPage page(@Nullable String checkpoint) {
        String[] place = (checkpoint == null ? Step.USED_IDENTITY_TOKENS.name() : checkpoint).split(" ", 2);
        Step step = Step.valueOf(place[0]);
        return switch (step) {
            case USED_IDENTITY_TOKENS -> page(step, Step.RETENTION_RUNS);
            case RETENTION_RUNS -> page(step, Step.PIN_REVISIONS);
            case PIN_REVISIONS -> page(step, Step.REMOVED_PATHS);
            case REMOVED_PATHS -> page(step, Step.TOKENS);
            case TOKENS -> tokens(place.length > 1 ? Long.parseLong(place[1]) : 0);
        };
    }

    private JobPage page(Step step, Step next) {
        int removed = functions.forget(step.name().toLowerCase(Locale.ROOT), PAGE);
        return new JobPage((removed < PAGE ? next : step).name(), removed, 0, 0, removed);
    }

    private JobPage tokens(long after) {
        RecordFunctions.Forgotten forgotten = functions.forgetTokens(after, PAGE);
        if (forgotten.last() == 0) {
            schedule.finished();
            return new JobPage(null, 0, 0, 0, 0);
        }
        return new JobPage(Step.TOKENS + " " + forgotten.last(), forgotten.removed(), 0, 0, forgotten.removed());
    }
}
