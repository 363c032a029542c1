/**
 * Threads of our own, and what keeps them alive.
 *
 * <p>Entry points: {@link io.narthex.thread.Guarded} for work that is to go on for ever, {@link
 * io.narthex.thread.NamedThreads} for pools, {@link io.narthex.thread.SingleFlight} for what several threads want at once.
 *
 * <ul>
 *   <li>R1: nothing that work throws ends a thread silently, an {@code Error} no more than an exception: out of memory
 *       passes, a class that cannot be loaded is one feature's fault.
 *   <li>R2: whatever failed is in the log, once a minute for the same work.
 *   <li>R3: nothing here needs the container.
 * </ul>
 *
 * <p>Out of scope: who gets a thread when (the lanes), and what is on time (the jobs).
 */
@NullMarked
package io.narthex.thread;

import org.jspecify.annotations.NullMarked;
