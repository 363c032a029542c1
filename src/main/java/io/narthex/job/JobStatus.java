package io.narthex.job;

import java.util.Optional;

/**
 * A job of this node, and how it stands now.
 *
 * @param running whether somebody in the cluster holds its lease now
 */
record JobStatus(JobKey key, boolean running, Optional<JobRunEntity> lastRun) {}
