/**
 * The jobs that sign what is stored, when a key begins to sign.
 *
 * <p>Entry points: {@link io.narthex.index.signing.SignLocalPathsJob}, {@link io.narthex.index.signing.SignUploadsJob}.
 *
 * <ul>
 *   <li>R1: a signature's claim says what was known when it was made: {@code local-store}, that this machine's Nix registered
 *       the hash, or {@code received}, that the bytes were hashed here.
 *   <li>R2: a job that was killed goes on where it stopped.
 * </ul>
 *
 * <p>Out of scope: which keys sign ({@code key}).
 */
@NullMarked
package io.narthex.index.signing;

import org.jspecify.annotations.NullMarked;
