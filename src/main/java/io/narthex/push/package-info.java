/**
 * What a client may bring, whether it is true, and how it comes to be kept.
 *
 * <p>Entry points: {@link io.narthex.push.NarReceiver} takes the body of {@code PUT nar/…} in one pass, named by an
 * {@link io.narthex.push.UploadName}, and gives {@link io.narthex.push.NarFacts} and a listing; {@link
 * io.narthex.push.PushPolicy} compares a narinfo with those facts and with what is published; {@link
 * io.narthex.push.SignaturePolicy} says which signatures are kept; {@link io.narthex.push.SmallBody} reads what is
 * small enough to hold. {@link io.narthex.push.NarIntake} keeps what was received, {@link io.narthex.push.DocumentIntake}
 * logs and the like, {@link io.narthex.push.RealisationIntake} realisations, and {@link io.narthex.push.Publisher}
 * publishes a path; jobs sweep and merge what lies.
 *
 * <ul>
 *   <li>R1: no HTTP and no SQL; what judges a body or a narinfo knows no CDI either. What is wrong with an upload is a
 *       {@link io.narthex.push.RefusedException} with one of the reasons of {@link io.narthex.push.Refusal}; an IOException is the sink's.
 *   <li>R2: memory does not grow with a NAR: a window that the compression asks for, up to a limit, and the listing,
 *       up to a number of nodes.
 *   <li>R3: nothing is taken on trust: the bytes are hashed here, where file and NAR are the same bytes once. Whatever
 *       the decompression libraries throw at hostile input stays inside.
 *   <li>R4: a compressed file is its frames and nothing else; several are legal, since pzstd and pixz write such.
 *   <li>R5: {@code URL}, {@code Compression}, {@code FileHash}, {@code FileSize} and {@code CA} are not covered by
 *       signatures, so each is compared.
 *   <li>R6: a row means durable bytes: it is written, or committed, after the sync ({@link io.narthex.push.Arrival}).
 * </ul>
 *
 * <p>Out of scope here: where bytes lie, who may push.
 */
@NullMarked
package io.narthex.push;

import org.jspecify.annotations.NullMarked;
