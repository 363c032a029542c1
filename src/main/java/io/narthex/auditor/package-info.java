/**
 * What auditors ask of the server, and the jobs that look after the record.
 *
 * <p>Entry points: {@link io.narthex.auditor.EventsResource} (the events, by page or as a stream of lines), {@link
 * io.narthex.auditor.HeadsResource} (the heads of the chains, signed), {@link io.narthex.auditor.LegalHoldResource}. Jobs:
 * {@code sign-heads}, {@code verify-chains}, {@code fill-edges}, {@code snapshot-storage}, {@code export-audit}.
 *
 * <ul>
 *   <li>R1: who administers or audits the server sees all; who does that for all caches of a tenant sees that tenant's.
 *   <li>R2: events are given in the order in which their transactions ended, so that who goes on behind the last one misses
 *       none; and one that may still be followed by an earlier one is not given yet.
 *   <li>R3: no database connection is held while lines flow.
 *   <li>R4: a month leaves the database only in the transaction that knows its export to lie, whole and durable, elsewhere.
 * </ul>
 *
 * <p>Out of scope: writing events ({@code audit}); what auditors ask in SQL, which is in the database itself.
 */
@NullMarked
package io.narthex.auditor;

import org.jspecify.annotations.NullMarked;
