/**
 * Identity tokens of others for tokens of ours: a build shows who it is and gets a token that lives an hour, so that it needs no
 * stored secret; and what is known of it stays with each path that it publishes.
 *
 * <p>Entry points: {@link io.narthex.trust.Exchange} takes an identity token (RFC 8693); {@link io.narthex.trust.Issuer} says
 * whose are believed, by the word of the server's administrator; {@link io.narthex.trust.Trust} says what a tenant believes of
 * them; {@link io.narthex.trust.ExchangePolicy} is the decision, a pure function; {@link io.narthex.trust.Provenance} is what
 * stays.
 *
 * <ul>
 *   <li>R1: nothing of an identity token counts before its signature is verified, by a key of its issuer alone and by an
 *       algorithm with public keys. Until audience and required claims match too, every refusal is the same sentence.
 *   <li>R2: each identity token is exchanged once in the cluster, unless its issuer's administrator allows more.
 *   <li>R3: a trust gives no more than its maker had, and a token of it lives no longer than it says. What narrows or ends a
 *       trust, or its issuer, ends its tokens.
 *   <li>R4: an issuer may be slow, silent or lying: every answer has a size and a time, and few wait for it.
 *   <li>R5: nothing about persons is kept.
 * </ul>
 *
 * <p>Out of scope: what a token may do ({@code access}); how issuers are reached ({@code outbound}); what is told of a path's origin
 * ({@code provenance}).
 */
@NullMarked
package io.narthex.trust;

import org.jspecify.annotations.NullMarked;
