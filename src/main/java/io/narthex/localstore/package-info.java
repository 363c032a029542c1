/**
 * This machine's Nix store, read and never written.
 *
 * <p>Entry points: {@link io.narthex.localstore.LocalStore} (is there a store, where do its files lie, which state is
 * it in) and {@link io.narthex.localstore.NixDatabase} (what Nix registered as valid).
 *
 * <ul>
 *   <li>R1: nothing is ever created, changed or locked for writing in Nix's directories.
 *   <li>R2: Nix may write at any time: an answer that a change has overtaken is discarded and asked again.
 *   <li>R3: a state number ({@code stamp}) that stands still means that the database has not changed.
 *   <li>R4: no store is no error: every question then answers "nothing", and a store that appears later is found.
 *   <li>R5: no Java file handle is opened on the database's files while SQLite has them: closing one would drop
 *       SQLite's own locks.
 * </ul>
 *
 * <p>Out of scope: which paths are offered, and under which signatures ({@code index}).
 */
@NullMarked
package io.narthex.localstore;

import org.jspecify.annotations.NullMarked;
