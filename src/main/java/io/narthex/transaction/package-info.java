/**
 * Transactions that PostgreSQL ended, not for what they asked but for the order in which several asked, and how they are
 * tried again; and transactions that several share.
 *
 * <p>Entry points: {@link io.narthex.transaction.Retried}, which a service carries, and {@link
 * io.narthex.transaction.TransactionConflict}, which tells such an end from a defect by its {@link
 * io.narthex.transaction.FailureCauses}; {@link io.narthex.transaction.GroupCommit}.
 *
 * <ul>
 *   <li>R1: only who began the transaction tries it again, and from its first statement on: a part of it cannot be.
 *   <li>R2: what is tried again may have run before: outside the database it leaves nothing that a second time would spoil.
 *   <li>R3: the tries have an end, and the pauses between them are random, so that those who met do not meet again.
 *   <li>R4: nobody pauses with a connection of the pool in hand.
 * </ul>
 *
 * <p>Out of scope: a database that is away ({@code http.DatabaseAway}); nothing is tried again for that.
 */
@NullMarked
package io.narthex.transaction;

import org.jspecify.annotations.NullMarked;
