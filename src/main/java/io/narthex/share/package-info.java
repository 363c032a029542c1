/**
 * How what is scarce is shared out: threads, streams, bytes of memory.
 *
 * <p>Entry points: {@link io.narthex.share.FairPlaces} counts who holds how many places and who waits for one; {@link
 * io.narthex.share.Sharer} names who holds or waits; {@link io.narthex.share.CurrentSharer} tells it to what works for it.
 *
 * <ul>
 *   <li>R1: shared out by tenant first, then by token, then by address. Strangers are a tenant of their own.
 *   <li>R2: a part is never one tenant's, however much it wants: whoever comes new finds a place.
 *   <li>R3: who waits holds no thread, and so many may wait, shared out in the same way.
 *   <li>R4: no clock, no HTTP and no thread of its own here: whoever uses this runs the work.
 * </ul>
 *
 * <p>Out of scope: who a caller is ({@code access}), how fast a body or an answer must come ({@code http}).
 */
@NullMarked
package io.narthex.share;

import org.jspecify.annotations.NullMarked;
