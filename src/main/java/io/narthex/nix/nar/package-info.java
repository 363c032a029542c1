/**
 * The Nix archive: a tree of files as one sequence of bytes, the same for the same tree on every machine.
 *
 * <p>Entry points: {@link io.narthex.nix.nar.NarPacker} packs a tree on disk, whole or a byte range of it; {@link
 * io.narthex.nix.nar.NarReader} reads an archive that nobody trusts yet and drives a {@link
 * io.narthex.nix.nar.NarVisitor}; {@link io.narthex.nix.nar.NarVerifier} hashes one, {@link
 * io.narthex.nix.nar.NarUnpacker} unpacks one, {@link io.narthex.nix.nar.NarListing} tells what is in one and where.
 *
 * <ul>
 *   <li>R1: names and link targets are bytes. {@code FileNames} carries them past the JVM's locale, which would lose
 *       those it cannot decode.
 *   <li>R2: one tree, one archive. The reader takes only what the packer would write: entries in unsigned byte order,
 *       zero padding, nothing behind the end.
 *   <li>R3: nothing recurses over a tree, and nothing is allocated because a length field says so.
 *   <li>R4: a promised length is kept or the packer throws: a file that changed since its stat ends the archive before
 *       another byte is sent.
 *   <li>R5: what is wrong is a {@link io.narthex.nix.nar.NarException}; any other IOException is the disk's or the
 *       network's.
 * </ul>
 *
 * <p>Format: Nix manual, "Nix Archive (NAR) format"; Nix: src/libutil/archive.cc. Out of scope: compression, JSON.
 */
@NullMarked
package io.narthex.nix.nar;

import org.jspecify.annotations.NullMarked;
