package io.narthex.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that describes a run.
 *
 * @param done how many things of its work are done; null: not known yet
 * @param total how many there are; null: that is not known
 * @param rate how many are done in a second; null: not known yet
 * @param eta when the run will have ended, if it goes on like that; null: it has, or that cannot be told
 */
public record RunResponse(
        long id,
        String job,
        String subject,
        Instant startedAt,
        @Nullable Instant endedAt,
        JobOutcome outcome,
        long seen,
        long added,
        long updated,
        long removed,
        @Nullable Long done,
        @Nullable Long total,
        @Nullable Double rate,
        @Nullable Instant eta,
        @Nullable String error) {
    static RunResponse of(JobRunEntity run) {
        Pace pace = Pace.of(run.startedAt(), run.progressAt(), run.done(), run.total());
        return new RunResponse(
                run.id(),
                run.key().job(),
                run.key().subject(),
                run.startedAt(),
                run.endedAt(),
                run.outcome(),
                run.seen(),
                run.added(),
                run.updated(),
                run.removed(),
                run.done(),
                run.total(),
                pace.rate(),
                run.outcome() == JobOutcome.RUNNING ? pace.eta() : null,
                run.error());
    }

    /** Where a run is found. */
    static String path(String job, long id) {
        return "/api/v1/jobs/" + job + "/runs/" + id;
    }
}
