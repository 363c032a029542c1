/**
 * Which build pushed a path, told so that others can verify it without asking this server again.
 *
 * <p>Entry points: {@link io.narthex.provenance.ProvenanceResource} answers; {@link io.narthex.provenance.ProvenanceStatement} is
 * the statement (in-toto, SLSA) and its envelope (DSSE); {@link io.narthex.provenance.Provenances} reads what was kept when the
 * path was published.
 *
 * <ul>
 *   <li>R1: it claims what was seen here, a push by a checked identity, and no more: nothing of how a path was built.
 *   <li>R2: it is signed by the keys that sign the cache's narinfos, so that who trusts these needs no other key.
 *   <li>R3: a path that no build pushed has none, and so has one that the cache does not offer.
 * </ul>
 *
 * <p>Out of scope: which identities are believed ({@code trust}); the views of auditors (db-migrations/R__audit_views.sql).
 */
@NullMarked
package io.narthex.provenance;

import org.jspecify.annotations.NullMarked;
