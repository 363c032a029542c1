/**
 * Work on time: once in the cluster, resumable, recorded.
 *
 * <p>Entry points: a feature makes a CDI bean that is a {@link io.narthex.job.Job} and does one page of its work at a
 * time. {@link io.narthex.job.JobScheduler} ticks every ten seconds; {@link io.narthex.job.JobRunner} starts what is due
 * and what {@link io.narthex.job.JobsResource} asks for over HTTP; {@link io.narthex.job.JobLedger} is the transactions.
 *
 * <p>R1: a timer only asks for a run; a run holds the lease of its job and subject, a row with an owner, a number and an
 * end by the database's clock. R2: each page is one transaction that holds the lease row by its number, does the page,
 * and stores checkpoint and counts: a page counts whole or not at all, and never after the lease was lost. R3: the lease is
 * renewed outside the page's transaction; the page's lock on the lease row lets a renewal pass and keeps a successor out.
 * R4: who takes over an expired lease first sets the old run to INTERRUPTED, then goes on at its checkpoint, which stays
 * until a run SUCCEEDED. R5: at a clean stop a run ends behind its page and gives the lease back at once. R6: {@code
 * error} is one sentence without SQL, paths or class names.
 *
 * <p>Out of scope: what a job does; how often it is due.
 */
@NullMarked
package io.narthex.job;

import org.jspecify.annotations.NullMarked;
