/**
 * What may go from a cache, when, and why a path is still there.
 *
 * <p>Entry points: {@link io.narthex.retention.RetentionResource} (how long a cache keeps what nobody uses), {@link
 * io.narthex.retention.PinsResource} (names that keep paths), {@link io.narthex.retention.RunsResource} and {@link
 * io.narthex.retention.RetainJob} (the collector), {@link io.narthex.retention.use.UseLog} (what is used).
 *
 * <ul>
 *   <li>R1: live is what roots need, over all references: a path that was used lately, a pin's, and what is kept for ever.
 *   <li>R2: a visible path never refers to a hidden one: who hides takes referrers first, who shows shows all that is needed.
 *   <li>R3: who relies on a row locks it for share; who hides or removes it locks it for update, and looks for whoever
 *       relies on it in a later statement. All lock in the order of the ids ({@code R__retention.sql}).
 *   <li>R4: where the clock jumped, or a use may have been missed, everything goes later by as much.
 * </ul>
 *
 * <p>Out of scope: the bytes of what is removed, which the job {@code sweep} deletes; how a hidden path is offered ({@code
 * index}).
 */
@NullMarked
package io.narthex.retention;

import org.jspecify.annotations.NullMarked;
