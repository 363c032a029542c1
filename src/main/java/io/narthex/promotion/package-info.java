/**
 * Closures from cache to cache: what one cache holds becomes visible in another, by rows alone, signed by the other's keys.
 *
 * <p>Entry points: {@link io.narthex.promotion.PromotionResource} (the API), {@link io.narthex.promotion.Promoter} (the one
 * transaction), {@link io.narthex.promotion.PromoteJob} (the same for what is large).
 *
 * <ul>
 *   <li>R1: gates, denials and closure are read in the transaction that makes it visible, under locks that their changes wait for.
 *   <li>R2: only bytes that were hashed here are promoted, and our signature says so. What was pushed was; what a machine's store or an
 *       upstream has is stored and hashed first, by the job, as a file that the target has received.
 *   <li>R3: rows are added in the order of their hashes, so that two promotions of overlapping closures wait and do not deadlock.
 *   <li>R4: what a cache shows from other caches and upstreams is what its clients get: the same index says what that is, before the
 *       transaction, since it may have to ask others. The rows that it named are read and locked within.
 * </ul>
 *
 * <p>Out of scope: what a cache asks of what enters it ({@code cache}: its gates), what may not be given out ({@code denial}).
 */
@NullMarked
package io.narthex.promotion;

import org.jspecify.annotations.NullMarked;
