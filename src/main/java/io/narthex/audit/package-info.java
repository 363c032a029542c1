/**
 * What happened here, for auditors: each change, each refusal, each read.
 *
 * <p>Entry points: {@link io.narthex.audit.AuditLog}, which a service tells what it changes in the transaction that changes
 * it.
 *
 * <ul>
 *   <li>R1: a change and its event are in one transaction: both are there after it or none.
 *   <li>R2: who did it is known here, from the request at hand, and not said by the service.
 *   <li>R3: a refusal is an event in a transaction of its own, written behind the answer; the same one again within a minute
 *       counts up, and there are no more of them than memory is set aside for.
 *   <li>R4: no answer waits for a read to be written down. What memory has no room for, while the database is away, is
 *       counted and dropped.
 *   <li>R5: no secret enters an event, and of an address only what {@code NARTHEX_AUDIT_ADDRESSES} lets in.
 * </ul>
 *
 * <p>Out of scope: the tables, their seals and views, which are SQL ({@code db-migrations}); who may read the API.
 */
@NullMarked
package io.narthex.audit;

import org.jspecify.annotations.NullMarked;
