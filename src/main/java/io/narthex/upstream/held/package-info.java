/**
 * Paths of upstreams that pushed paths refer to.
 *
 * <p>Entry point: {@link io.narthex.upstream.held.HeldRows}.
 *
 * <ul>
 *   <li>R1: what is held is held with all that it refers to, as far as upstreams were asked for it: clients that push ask first.
 *   <li>R2: a file that is held is not in the budget of upstreams and counts in the cache's quota: a trigger sees to that.
 *   <li>R3: it is held before the path that needs it is published; what nothing needs is let go an hour later at the earliest.
 * </ul>
 *
 * <p>Out of scope: when held files are fetched and let go ({@code upstream}).
 */
@NullMarked
package io.narthex.upstream.held;

import org.jspecify.annotations.NullMarked;
