/**
 * The narinfo: what a binary cache tells of one store path, and the text that its signatures cover.
 *
 * <p>Entry points: {@link io.narthex.nix.narinfo.NarInfoReader} and {@link io.narthex.nix.narinfo.NarInfoWriter} turn
 * bytes into a {@link io.narthex.nix.narinfo.NarInfo} and back; {@link io.narthex.nix.narinfo.Fingerprint} and {@link
 * io.narthex.nix.narinfo.RealisationFingerprint} give the bytes to sign; {@link
 * io.narthex.nix.narinfo.ContentAddress} is the {@code CA} field, and computes the path that follows from it; {@link
 * io.narthex.nix.narinfo.Compression} has the names, extensions and first bytes of what a {@code URL} may lead to.
 *
 * <ul>
 *   <li>R1: a {@code NarInfo} that exists can be written: every field was checked when it was made.
 *   <li>R2: the writer is strict: Nix's order of fields, sorted references and signatures, no field of our own (other
 *       readers refuse unknown ones).
 *   <li>R3: the reader takes what Nix takes (src/libstore/nar-info.cc): unknown fields, any order, any encoding of a
 *       hash, a missing Compression. It refuses what would be read in two ways: a field given twice, an empty line,
 *       a malformed signature.
 *   <li>R4: {@code URL}, {@code Compression}, {@code FileHash}, {@code FileSize}, {@code Deriver} and {@code CA} are
 *       not signed; whoever relies on them checks them.
 * </ul>
 *
 * <p>Out of scope: whether what it says is true.
 */
@NullMarked
package io.narthex.nix.narinfo;

import org.jspecify.annotations.NullMarked;
