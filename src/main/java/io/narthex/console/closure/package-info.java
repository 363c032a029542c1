/**
 * What a path needs, for people who look at it: as a tree and as a map of areas.
 *
 * <p>Entry points: {@link io.narthex.console.closure.Closures} (finds it), {@link io.narthex.console.closure.ClosureTree} and {@link
 * io.narthex.console.closure.Treemap} (how it is drawn).
 *
 * <ul>
 *   <li>R1: bounded: a page shows hundreds of paths, and says what it left out.
 *   <li>R2: only what the index gives out is shown: what is denied or hidden is not.
 * </ul>
 *
 * <p>Out of scope: HTML; the list for programs ({@code protocol}, as a bill of materials).
 */
@NullMarked
package io.narthex.console.closure;

import org.jspecify.annotations.NullMarked;
