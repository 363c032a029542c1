/**
 * What changed in the database, for every node's memory, and what that memory may answer.
 *
 * <p>Entry points: {@link io.narthex.change.Changes} (say it), {@link io.narthex.change.ChangeListener} (be told),
 * {@link io.narthex.change.Heartbeat} of {@link io.narthex.change.ChangeFeed} (ask before answering from memory).
 *
 * <ul>
 *   <li>R1: memory answers "absent" only while the database is heard, and of uploads only while this node is alone.
 *   <li>R2: memory answers "present" for a limited time longer ({@code NARTHEX_STALE_SECONDS}).
 *   <li>R3: a change is told once its transaction's end is visible, in whatever order transactions end: each read gives
 *       what its snapshot sees and the one before did not. So a long transaction, even of another database of the same
 *       server, delays nobody's changes but its own; that it keeps the snapshots' lower end back costs only rows read
 *       over.
 *   <li>R4: heard is what was told to every listener; where one failed, or the connection did, all must be read again.
 *   <li>R5: nothing false is answered "absent". A node is alone if a poll that began less than a second ago saw no row of
 *       another. One that joins commits its row first; if it then sees no other it may write at once, because whoever
 *       comes later sees it; else it writes after two seconds, when every poll that missed it counts no more. Its row
 *       goes only under a lock that its writers share until they commit, so that no clock and no pause lets a change
 *       commit unseen; a writer without a row fails, and the node joins again as another.
 *   <li>R6: one connection is kept for it, so that a full pool does not look like a dead database.
 * </ul>
 *
 * <p>Out of scope: what is remembered ({@code index}, {@code access}).
 */
@NullMarked
package io.narthex.change;

import org.jspecify.annotations.NullMarked;
