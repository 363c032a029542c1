/**
 * What a client may bring, and whether it is true: the pure part of an upload.
 *
 * <p>Entry points: {@link io.narthex.push.NarReceiver} takes the body of {@code PUT nar/…} in one pass, named by an
 * {@link io.narthex.push.UploadName}, and gives {@link io.narthex.push.NarFacts} and a listing; {@link
 * io.narthex.push.PushPolicy} compares a narinfo with those facts and with what is published; {@link
 * io.narthex.push.SignaturePolicy} says which signatures are kept; {@link io.narthex.push.SmallBody} reads what is
 * small enough to hold.
 *
 * <ul>
 *   <li>R1: no HTTP, no CDI and no database in these classes. What is wrong with an upload is a {@link
 *       io.narthex.push.PushException} with facts and a sentence; an IOException is the sink's.
 *   <li>R2: memory does not grow with a NAR: a window that the compression asks for, up to a limit, and the listing,
 *       up to a number of nodes.
 *   <li>R3: nothing is taken on trust: the bytes are hashed here, where file and NAR are the same bytes once. Whatever
 *       the decompression libraries throw at hostile input stays inside.
 *   <li>R4: a compressed file is its frames and nothing else; several are legal, since pzstd and pixz write such.
 *   <li>R5: {@code URL}, {@code Compression}, {@code FileHash}, {@code FileSize} and {@code CA} are not covered by
 *       signatures, so each is compared.
 * </ul>
 *
 * <p>Out of scope here: where bytes lie, who may push, whether references are present.
 */
@NullMarked
package io.narthex.push;

import org.jspecify.annotations.NullMarked;
