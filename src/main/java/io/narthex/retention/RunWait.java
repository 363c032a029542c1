package io.narthex.retention;

import io.narthex.change.ChangeFeed;
import io.narthex.retention.RetentionRun.Outcome;
import io.narthex.retention.RetentionRun.Step;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;

/** Waits for the end of a run as long as the run itself works, and not as long as it waits for something else. */
@ApplicationScoped
class RunWait {
    /** Where a run in a small cache is late, the answer tells that it goes on. */
    private static final Duration WORK = Duration.ofSeconds(10);

    /** Transactions that were under way when it began end soon, or after hours. */
    private static final Duration OTHERS = Duration.ofSeconds(3);

    private static final long LOOK_MILLIS = 50;

    @Inject
    private RetentionRuns runs;

    @Inject
    private ChangeFeed feed;

    /** As it is when it has ended, or when nobody knows how soon it will. */
    RetentionRun toEnd(RetentionRun begun) {
        Instant start = Instant.now();
        Instant stepped = start;
        RetentionRun now = begun;
        while (now.outcome() == Outcome.RUNNING
                && Instant.now().isBefore(start.plus(WORK))
                && isWorking(now.step(), Duration.between(stepped, Instant.now()))) {
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return now;
            }
            RetentionRun next = runs.get(begun.id());
            stepped = next.step() == now.step() ? stepped : Instant.now();
            now = next;
        }
        return now;
    }

    /** @param since how long the step has lasted */
    private boolean isWorking(Step step, Duration since) {
        return switch (step) {
            case WAIT -> since.compareTo(OTHERS) < 0;
            // of several servers each has time to hear of what is hidden before it is removed: a minute
            case REMOVE -> feed.heartbeat().isAlone();
            case BEGIN, ROOTS, FOLLOW, PLAN, REVIVE, CONDEMN -> true;
        };
    }
}
