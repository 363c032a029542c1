/**
 * The machine's Nix store in the index: rows of its paths, and the job that keeps them as Nix has them.
 *
 * <p>Entry points: {@link io.narthex.index.local.LocalSource} (as it is offered), {@link io.narthex.index.local.ReindexJob}.
 *
 * <ul>
 *   <li>R1: Nix's own database says what is valid; a row here never outlives that.
 *   <li>R2: a path whose bytes were found wrong is not offered until they were found right again.
 *   <li>R3: several machines may share a database; a row belongs to one store.
 * </ul>
 *
 * <p>Out of scope: Nix's database itself ({@code localstore}).
 */
@NullMarked
package io.narthex.index.local;

import org.jspecify.annotations.NullMarked;
