/**
 * Names of what a Nix store holds.
 *
 * <p>Entry points: {@link io.narthex.nix.store.StorePath} (a hash part and a name), {@link
 * io.narthex.nix.store.StorePathHash} (the hash part alone, by which clients ask), {@link
 * io.narthex.nix.store.StoreDir} (where the store lies), {@link io.narthex.nix.store.DerivationOutput} (the key of a
 * realisation until Nix 2.34).
 *
 * <ul>
 *   <li>R1: a value of these types is well-formed by Nix's own rules (src/libstore/path.cc); the only way in is
 *       {@code parse} or {@code of}, which throws {@code NixFormatException}.
 *   <li>R2: a {@code StorePath} says nothing of a directory; together with a {@code StoreDir} it is a full path. A text
 *       that holds a slash, a dot-dot or another store's directory never becomes a {@code StorePath}.
 *   <li>R3: the order of store paths and hashes is the bytewise order of their texts, which narinfo and fingerprint
 *       want.
 *   <li>R4: {@code StorePathHash} is the key of hot maps: three primitives, read from a request line without garbage.
 * </ul>
 *
 * <p>Out of scope: whether such a path exists.
 */
@NullMarked
package io.narthex.nix.store;

import org.jspecify.annotations.NullMarked;
