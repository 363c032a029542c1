package io.narthex.job;

import org.jspecify.annotations.Nullable;

/** A job as JSON. */
record JobAnswer(
        String name,
        String subject,
        boolean running,
        @Nullable RunAnswer lastRun) {
    static JobAnswer of(JobStatus status) {
        return new JobAnswer(
                status.key().job(),
                status.key().subject(),
                status.running(),
                status.lastRun().map(RunAnswer::of).orElse(null));
    }
}
