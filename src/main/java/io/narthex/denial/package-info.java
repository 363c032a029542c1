/**
 * What may not be given out, taken in or promoted, although it is there: rules of caches and of the server.
 *
 * <p>Entry points: {@link io.narthex.denial.Denial} (one rule, a pure decision), {@link io.narthex.denial.DeniedPaths} (what each
 * node knows of all rules), {@link io.narthex.denial.DenialResource} and {@link io.narthex.denial.ServerDenialResource} (the
 * API).
 *
 * <ul>
 *   <li>R1: what is given out is decided in one place: {@code PathIndex} asks {@link io.narthex.denial.DeniedPaths} for each path
 *       that it gives to anybody. What names a path without being one (a log, debug information) asks here itself.
 *   <li>R2: what comes in is judged in the transaction that adds it, by {@code denial_of}, under a lock that a new rule waits for.
 *   <li>R3: where it cannot be known whether a rule was made, a cache that has rules answers 503.
 * </ul>
 *
 * <p>Out of scope: what is deleted ({@code index.upload}); what a client remembers.
 */
@NullMarked
package io.narthex.denial;

import org.jspecify.annotations.NullMarked;
