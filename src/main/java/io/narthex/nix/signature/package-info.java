/**
 * Ed25519 keys and signatures in Nix's text form, {@code name:base64}.
 *
 * <p>Entry points: {@link io.narthex.nix.signature.SecretKey} signs, {@link io.narthex.nix.signature.PublicKey}
 * verifies, {@link io.narthex.nix.signature.Signature} is what a narinfo's {@code Sig} line holds. What
 * {@code nix-store --generate-binary-cache-key} writes is read here, and the other way round.
 *
 * <ul>
 *   <li>R1: a key is known by its name. A signature is checked only against the key that it names.
 *   <li>R2: reading is strict: newer clients reject a whole narinfo for one malformed signature (Nix 2.34,
 *       src/libutil/signature/local-keys.cc), so none gets in.
 *   <li>R3: a secret key prints as {@code ***}, is wiped by {@code close}, and an exception never repeats its text.
 *   <li>R4: Bouncy Castle is behind {@code Ed25519} alone: the JDK's own takes about twenty times as long to sign.
 * </ul>
 *
 * <p>Out of scope: what is signed (see {@code io.narthex.nix.narinfo}), and where keys are kept.
 */
@NullMarked
package io.narthex.nix.signature;

import org.jspecify.annotations.NullMarked;
