/**
 * Paths that a cache shows from other caches of this server.
 *
 * <p>Entry point: {@link io.narthex.upstream.caches.CacheSources} (a path of another cache, as this one gives it out).
 *
 * <ul>
 *   <li>R1: what a path is, is asked of the other cache each time, from its memory where that knows: nothing of it is copied but
 *       what this cache has signed.
 *   <li>R2: whether the other cache may be shown is decided for each answer: it is there, it is offered, and nothing private
 *       becomes public.
 *   <li>R3: there are no circles: settings that would make one are refused, so that what asks itself ends.
 *   <li>R4: our signature says no more than what the other cache's says.
 * </ul>
 *
 * <p>Out of scope: in which order sources are asked ({@code upstream}), which may be listed ({@code cache}).
 */
@NullMarked
package io.narthex.upstream.caches;

import org.jspecify.annotations.NullMarked;
