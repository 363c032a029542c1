/**
 * Who may do what.
 *
 * <p>Entry points: {@link io.narthex.access.AccessFeature} gives each resource method the {@link
 * io.narthex.access.AccessFilter} that its {@link io.narthex.http.Requires} asks for, and stops the deployment if a
 * method says neither that nor {@link io.narthex.http.Public}. {@link io.narthex.access.AccessPolicy} is the decision, a
 * pure function of the right, the {@link io.narthex.access.Caller} and the {@link io.narthex.access.token.Target}; {@link
 * io.narthex.access.Access} asks it on a thread that must not block. {@link io.narthex.access.token.LiveTokens} are the tokens in
 * memory, {@link io.narthex.access.TokenAdministration} gives and revokes them, {@link io.narthex.access.AdminToken} knows
 * the administrator's.
 *
 * <p>R1: a token comes as Bearer or as the password of Basic, with any user name or none: the password is all that netrc
 * can send. R2: the file of the administrator's token is the truth: what it holds is valid, and nothing else, within five
 * seconds; a file that cannot be read makes no token valid. R3: a token is never logged, prints as {@code ***}, and is
 * compared as SHA-256 in constant time. R4: a right token is never delayed, and waiting holds no thread.
 * R5: a token gives no scope, cache or lifetime that it has not. R6: who may not know of a cache is answered as if there
 * were none. R7: tokens in memory follow the change feed; where that is not heard, whatever needs one is 503.
 *
 * <p>Out of scope: what a problem looks like ({@code http}).
 */
@NullMarked
package io.narthex.access;

import org.jspecify.annotations.NullMarked;
