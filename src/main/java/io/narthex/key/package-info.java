/**
 * The keys that sign narinfos, those of each cache apart.
 *
 * <p>Entry points: {@link io.narthex.key.KeyRing} (which keys sign now) and {@link io.narthex.key.KeyVault} (opens and
 * makes them).
 *
 * <ul>
 *   <li>R1: a secret key exists in clear only in memory; in the database it is sealed under the master key, which lies
 *       outside the database.
 *   <li>R2: secrets are made under a database lock and only when the cache has none, so that two nodes that start
 *       together end with the same keys.
 *   <li>R3: a name is used once: clients look a key up by its name.
 *   <li>R4: the ring is never empty: a server that cannot sign does not start.
 *   <li>R5: a key that was retired or revoked never comes back by being imported again.
 * </ul>
 *
 * <p>Out of scope: what is signed and where signatures are kept ({@code index}).
 */
@NullMarked
package io.narthex.key;

import org.jspecify.annotations.NullMarked;
