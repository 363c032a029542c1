package io.narthex.job;

/**
 * A lease that a run of a job holds. It is held as long as its row has the same number.
 *
 * @param key of which job
 * @param number of the lease
 * @param run that holds it
 */
record HeldLease(JobKey key, long number, long run) {}
