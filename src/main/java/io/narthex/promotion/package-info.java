/**
 * Closures from cache to cache: what one cache holds becomes visible in another, by rows alone, signed by the other's keys.
 *
 * <p>Entry points: {@link io.narthex.promotion.PromotionResource} (the API), {@link io.narthex.promotion.Promoter} (the one
 * transaction), {@link io.narthex.promotion.PromoteJob} (the same for what is large).
 *
 * <ul>
 *   <li>R1: gates, denials and closure are read in the transaction that makes it visible, under locks that their changes wait for.
 *   <li>R2: only bytes that were hashed here are promoted, and our signature says so. What was pushed was; what a machine's store has is
 *       stored and hashed first, by the job, as a file that the target has received.
 *   <li>R3: rows are added in the order of their hashes, so that two promotions of overlapping closures wait and do not deadlock.
 * </ul>
 *
 * <p>Out of scope: what a cache asks of what enters it ({@code cache}: its gates), what may not be given out ({@code denial}).
 */
@NullMarked
package io.narthex.promotion;

import org.jspecify.annotations.NullMarked;
