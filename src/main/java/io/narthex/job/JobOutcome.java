package io.narthex.job;

/** How a run ended, or that it still goes on. */
public enum JobOutcome {
    RUNNING,
    SUCCEEDED,
    FAILED,
    /** Stopped, or its server died; the next run goes on at its checkpoint. */
    INTERRUPTED
}
