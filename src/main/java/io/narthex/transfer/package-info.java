/**
 * How the bytes of a NAR go out: packed from the machine's store, or as they lie in the blob store; whole, in part, or coded.
 *
 * <p>Entry points: {@link io.narthex.transfer.NarTransfer} (packed), {@link io.narthex.transfer.BlobTransfer} (as they lie), {@link
 * io.narthex.transfer.Downloads} (who is sent what now).
 *
 * <ul>
 *   <li>R1: a length is promised before the first byte and kept; an answer that turns out wrong ends without its last byte,
 *       and its connection is closed.
 *   <li>R2: no NAR is held in memory but one that fits into a buffer.
 *   <li>R3: {@code Content-Encoding} only when asked for, and never {@code identity}: it turns resuming off.
 * </ul>
 *
 * <p>Out of scope: which path is meant ({@code protocol}), where its bytes are ({@code index}).
 */
@NullMarked
package io.narthex.transfer;

import org.jspecify.annotations.NullMarked;
