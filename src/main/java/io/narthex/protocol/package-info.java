/**
 * The URLs of a binary cache, as Nix clients ask them: one class a URL.
 *
 * <p>Entry points: the JAX-RS resources ({@code …Resource}), and {@link io.narthex.protocol.FastLane}, which answers hot
 * narinfos on the IO thread and sends what streams to threads of its own, before JAX-RS is asked; NAR files that come are
 * taken there by {@link io.narthex.protocol.UploadLane}.
 *
 * <ul>
 *   <li>R1: a hash or name is parsed before anything is looked up; what does not parse never reaches the store.
 *   <li>R2: a length is promised before the first byte and kept; an answer that turns out wrong ends without its last
 *       byte, and its connection is closed.
 *   <li>R3: no database connection is held while bytes flow, and no NAR is held in memory.
 *   <li>R4: "absent" is said only when it is known; otherwise 503, for clients remember a 404 for an hour.
 *   <li>R5: files of a path never run as script on this server's origin.
 *   <li>R6: {@code Content-Encoding} only when asked for, and never {@code identity}: it turns resuming off.
 * </ul>
 *
 * <p>Out of scope: what is offered ({@code index}), what may come and how it is kept ({@code push}).
 */
@NullMarked
package io.narthex.protocol;

import org.jspecify.annotations.NullMarked;
