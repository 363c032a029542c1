/**
 * Proves that what is stored is what was received.
 *
 * <p>Entry points: the job {@code scrub} reads stored files again, {@code reconcile} looks whether each file of a row is there,
 * {@link io.narthex.scrub.ScrubResource} says what they found.
 *
 * <ul>
 *   <li>R1: unreadable is not wrong. Only a file that was read whole twice, the second time past the system's cache, and had
 *       another hash each time is hidden; or one that storage says it does not have.
 *   <li>R2: what is hidden is hidden in every cache that shares the file, and back when a good one takes its place.
 *   <li>R3: who finds too much stops with nothing more hidden: rather this machine is bad than so many files.
 *   <li>R4: reading is bounded by a rate, memory by a buffer, a page by a second.
 * </ul>
 *
 * <p>Out of scope: hiding and healing themselves, which the database does ({@code R__scrub.sql}); NARs of the machine's own
 * store ({@code index.local}).
 */
@NullMarked
package io.narthex.scrub;

import org.jspecify.annotations.NullMarked;
