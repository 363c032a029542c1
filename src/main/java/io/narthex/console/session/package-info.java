/**
 * Who is logged in to the console.
 *
 * <p>Entry points: {@link io.narthex.console.session.Arrivals} begins sessions; {@link io.narthex.console.session.Sessions} finds and
 * ends them; {@link io.narthex.console.session.ProviderTurns} says who asks the provider about one now; {@link
 * io.narthex.console.session.SessionId} is what the browser's cookie holds, {@link io.narthex.console.session.Session} what is known
 * of one.
 *
 * <p>R1: a row opens nothing: what opens is in the cookie alone, and what a provider gave is sealed by it. R2: a session ends
 * with its tokens; those that were made for it end with it. R3: times are the database's.
 *
 * <p>Out of scope: how one logs in ({@code console}, {@code console.oidc}); what a token may do ({@code access}).
 */
@NullMarked
package io.narthex.console.session;

import org.jspecify.annotations.NullMarked;
