package io.narthex.job;

/** How far a run has come. */
enum JobOutcome {
    RUNNING,
    SUCCEEDED,
    FAILED,
    /** Stopped, or its server died; the next run goes on at its checkpoint. */
    INTERRUPTED
}
