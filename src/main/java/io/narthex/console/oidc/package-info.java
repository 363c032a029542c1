/**
 * Logging in at an OpenID provider that a setting names: the authorization code flow with PKCE, and what its identity token
 * says of a person.
 *
 * <p>Entry points: {@link io.narthex.console.oidc.Provider} knows where the provider is, and asks it;
 * {@link io.narthex.console.oidc.Attempt} is one log-in on its way; {@link io.narthex.console.oidc.Person} is who came back;
 * {@link io.narthex.console.oidc.RoleRules} says which roles a person's groups have.
 *
 * <ul>
 *   <li>R1: a log-in on its way is kept nowhere but in a cookie of the browser: state, nonce and verifier are computed from its
 *       bits, so that any node can finish it, and nobody else.
 *   <li>R2: the provider may be slow, silent or lying: every answer has a size and a time, and few threads wait for it.
 *   <li>R3: no text that comes with a URL is shown.
 * </ul>
 *
 * <p>Out of scope: sessions ({@code console.session}); what a role may do ({@code access}); how a signature is verified
 * ({@code trust}).
 */
@NullMarked
package io.narthex.console.oidc;

import org.jspecify.annotations.NullMarked;
