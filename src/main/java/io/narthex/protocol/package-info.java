/**
 * The URLs of a binary cache, as Nix clients ask them: one class a URL.
 *
 * <p>Entry points: the JAX-RS resources ({@code …Resource}); {@link io.narthex.protocol.Responses} has what their answers share.
 *
 * <ul>
 *   <li>R1: a hash or name is parsed before anything is looked up; what does not parse never reaches the store.
 *   <li>R2: "absent" is said only when it is known; otherwise 503, for clients remember a 404 for an hour.
 *   <li>R3: no database connection is held while bytes flow, and no NAR is held in memory.
 * </ul>
 *
 * <p>Out of scope: what is answered before JAX-RS ({@code lane}), how bytes go out ({@code transfer}), what is offered ({@code
 * index}), what may come and how it is kept ({@code receive}, {@code push}), pages for people ({@code browse}).
 */
@NullMarked
package io.narthex.protocol;

import org.jspecify.annotations.NullMarked;
