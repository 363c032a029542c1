package io.narthex.job;

/**
 * A lease that a run holds, as long as the row still has its number.
 *
 * @param key of which job
 * @param number of the lease
 * @param run that holds it
 */
record HeldLease(JobKey key, long number, long run) {}
