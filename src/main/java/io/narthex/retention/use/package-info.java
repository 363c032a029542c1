/**
 * What is used, and who is about to push: noted by any thread without waiting, and written down by one of its own.
 *
 * <p>Entry points: {@link io.narthex.retention.use.UseLog} (which paths are used), {@link
 * io.narthex.retention.use.PushSessions} (who pushes), {@link io.narthex.retention.use.UseWriter} (writes both).
 *
 * <ul>
 *   <li>R1: no request waits for a use to be written down, and memory is bounded.
 *   <li>R2: a use that was lost is known to be lost: {@code use_gap} has the times in which some may have been missed.
 * </ul>
 *
 * <p>Out of scope: what a use keeps ({@code retention}).
 */
@NullMarked
package io.narthex.retention.use;

import org.jspecify.annotations.NullMarked;
