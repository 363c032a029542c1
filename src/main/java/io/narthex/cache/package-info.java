/**
 * The caches of the tenants: what each is, under which URL it is served, and which one a request means.
 *
 * <p>Entry points: {@link io.narthex.cache.CacheDirectory}, all of them in memory; {@link io.narthex.cache.CacheRouter},
 * which takes the cache's part off a request's URL, so that what stands behind it sees every cache at {@code /}; {@link
 * io.narthex.cache.RequestedCache}, the cache of the request at hand.
 *
 * <ul>
 *   <li>R1: {@code default/default} is always there, public, at {@code /} as well as at {@code /default/default/}.
 *   <li>R2: at a virtual host there is that cache and nothing else: no API, no other cache.
 *   <li>R3: below {@code /push/} at each of a cache's URLs there is what was uploaded to it, under the same rules of access
 *       and of pushing; what else it shows is absent there.
 *   <li>R4: a URL whose cache is not there is routed like one whose cache is, and refused where access is decided: what
 *       a caller may not see must not show in the way of the refusal.
 *   <li>R5: memory follows the change feed; a deleted cache is gone on this node when its transaction ends.
 * </ul>
 *
 * <p>Out of scope: what a cache holds ({@code index}), its keys ({@code key}), who may do what ({@code access}).
 */
@NullMarked
package io.narthex.cache;

import org.jspecify.annotations.NullMarked;
