package io.narthex.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The JSON that describes a run. */
record RunResponse(
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
        @Nullable String error) {
    static RunResponse of(JobRunEntity run) {
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
                run.error());
    }

    /** Where a run is found. */
    static String path(String job, long id) {
        return "/api/v1/jobs/" + job + "/runs/" + id;
    }
}
