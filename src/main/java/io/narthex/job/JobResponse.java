package io.narthex.job;

import org.jspecify.annotations.Nullable;

/** The JSON that describes a job. */
public record JobResponse(
        String name,
        String subject,
        boolean running,
        @Nullable RunResponse lastRun) {
    static JobResponse of(JobStatus status) {
        return new JobResponse(
                status.key().job(),
                status.key().subject(),
                status.running(),
                status.lastRun().map(RunResponse::of).orElse(null));
    }
}
