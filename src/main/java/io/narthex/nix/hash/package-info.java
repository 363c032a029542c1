/**
 * Nix's hashes and the base-32 they are written in.
 *
 * <p>Entry points: {@link io.narthex.nix.hash.NixHash#parse} reads every prefixed spelling that Nix writes (base16,
 * base32 and base64 behind {@code sha256:}, SRI); {@link io.narthex.nix.hash.NixBase32} is the bare alphabet.
 *
 * <ul>
 *   <li>R1: reading is strict. A text has one meaning or is refused: no foreign characters, no wrong length, no stray
 *       bits in the padding.
 *   <li>R2: every textual format of {@code nix..} refuses with {@link io.narthex.nix.hash.NixFormatException}, which
 *       names what was refused.
 *   <li>R3: values are immutable, arrays are copied on the way in and out.
 * </ul>
 *
 * <p>Out of scope: hashing of trees, see {@code io.narthex.nix.nar}. This package, like all of {@code nix..}, stands
 * on {@code java..} alone.
 */
@NullMarked
package io.narthex.nix.hash;

import org.jspecify.annotations.NullMarked;
