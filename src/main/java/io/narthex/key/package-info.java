/**
 * The keys that sign narinfos, those of each cache apart.
 *
 * <p>Entry points: {@link io.narthex.key.KeyRing} (which keys there are and sign now), {@link
 * io.narthex.key.KeysResource} (what administrators do with them) and {@link io.narthex.key.RotateKeysJob} (their lives'
 * steps, on time). {@code KeyLifecycle} alone knows the legal steps, {@code KeySteps} takes them, {@code KeyVault} seals
 * and opens.
 *
 * <ul>
 *   <li>R1: a secret key exists in clear only in memory; in the database it is sealed under the master key, which lies
 *       outside the database.
 *   <li>R2: keys are made and changed under one database lock, so that two nodes that start together end with the same
 *       keys.
 *   <li>R3: a key is its cache's own, and its name unique there; a name that was made here is used once in the whole server.
 *       A key that is revoked is so in every cache that holds its public key. By whom a signature is, is found by verifying.
 *   <li>R4: a cache is never without an active key: with the last one's revocation its successor is made, or neither. A
 *       server that cannot sign does not start.
 *   <li>R5: each step is an event of the audit record in its transaction, and tells every node to read the ring again.
 *   <li>R6: a key that was retired or revoked never comes back by being imported again.
 * </ul>
 *
 * <p>Out of scope: what is signed and where signatures are kept ({@code index}).
 */
@NullMarked
package io.narthex.key;

import org.jspecify.annotations.NullMarked;
