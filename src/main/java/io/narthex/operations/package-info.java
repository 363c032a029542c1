/**
 * What operators look at: health, on the management port ({@code /health/live}, {@code /health/ready}).
 *
 * <p>Entry points: the checks, found by MicroProfile Health.
 *
 * <ul>
 *   <li>R1: live means that the process answers; only a restart helps when it does not.
 *   <li>R2: ready means that requests would be answered from current data: database reachable and a connection of the
 *       pool to be had, store readable (or none there), index loaded, a turn in every lane for who comes new.
 *   <li>R3: a check never waits for long, and never throws.
 * </ul>
 *
 * <p>Out of scope: what to do about it ({@code src/docs/operating.md}).
 */
@NullMarked
package io.narthex.operations;

import org.jspecify.annotations.NullMarked;
