/**
 * What a cache holds, under which signatures: rows in PostgreSQL and the hot part of them in memory.
 *
 * <p>Entry points: {@link io.narthex.index.PathIndex} (one path of a cache by its hash, or by its NAR's file), {@link
 * io.narthex.index.ReindexJob} (the machine's store, on time), {@link io.narthex.index.ReceivedFiles} and {@link
 * io.narthex.index.Publications} (what is pushed), {@link io.narthex.index.UnclaimedFiles} (what may go of it).
 *
 * <ul>
 *   <li>R1: a {@link io.narthex.index.SignedPath} cannot be made without the signature of every key that signs now, and
 *       only it can be rendered: an answer without our signature is impossible.
 *   <li>R2: Nix's own database says what is valid in the machine's store; a row here never outlives that. A path that was
 *       pushed is there while its row is, and its row refers to that of its file.
 *   <li>R3: memory answers only what is known to be current: the store's stamp stands, and the database is heard.
 *   <li>R4: a signature's claim says what was known when it was made: {@code local-store}, that this machine's Nix
 *       registered the hash, or {@code received}, that the bytes were hashed here.
 *   <li>R5: a path whose bytes were found wrong is not offered until they were found right again.
 * </ul>
 *
 * <p>Out of scope: HTTP ({@code protocol}), keys ({@code key}), when jobs run ({@code job}).
 */
@NullMarked
package io.narthex.index;

import org.jspecify.annotations.NullMarked;
