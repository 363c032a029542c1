/**
 * Tokens: what is stored of each, what it allows, and memory's part of them.
 *
 * <p>Entry points: {@link io.narthex.access.token.TokenDirectory} (those that hold now), {@link io.narthex.access.token.Tokens}
 * (their rows), {@link io.narthex.access.token.Grant} (what one allows).
 *
 * <ul>
 *   <li>R1: the text of a token is shown once and never stored: {@link io.narthex.access.token.TokenDigest} is.
 *   <li>R2: a plain name in a grant means the cache that had it then; a pattern means names to come, too.
 *   <li>R3: memory answers only while the database is heard ({@code change}).
 * </ul>
 *
 * <p>Out of scope: who may do what ({@code access}).
 */
@NullMarked
package io.narthex.access.token;

import org.jspecify.annotations.NullMarked;
