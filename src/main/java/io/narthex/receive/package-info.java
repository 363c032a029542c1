/**
 * How a NAR and a narinfo come in, whoever brings them: read, judged and kept by one sequence of steps.
 *
 * <p>Entry point: {@link io.narthex.receive.Reception}, which ends in an {@link io.narthex.receive.Outcome}; {@link
 * io.narthex.receive.Refusal} is the table of all reasons for which something is refused.
 *
 * <p>A NAR: {@link io.narthex.receive.NarIntake} lets it be read in one pass, named by an {@link
 * io.narthex.receive.UploadName}, which gives {@link io.narthex.receive.NarFacts} and a listing, and keeps it. A narinfo:
 * {@link io.narthex.receive.SmallBody} reads what is small enough to hold, {@link io.narthex.receive.Publisher} publishes its
 * path; {@link io.narthex.receive.PublishPolicy} compares it with those facts and with what is published, {@link
 * io.narthex.receive.SignaturePolicy} says which signatures are kept.
 *
 * <ul>
 *   <li>R1: no HTTP and no SQL; what judges a body or a narinfo knows no CDI either. What is wrong is a {@link
 *       io.narthex.receive.RefusedException}, which Reception makes an outcome; an IOException is the sink's.
 *   <li>R2: memory does not grow with a NAR: a window that the compression asks for, up to a limit, and the listing,
 *       up to a number of nodes.
 *   <li>R3: nothing is taken on trust: the bytes are hashed here, where file and NAR are the same bytes once. Whatever
 *       the decompression libraries throw at hostile input stays inside.
 *   <li>R4: a compressed file is its frames and nothing else; several are legal, since pzstd and pixz write such.
 *   <li>R5: {@code URL}, {@code Compression}, {@code FileHash}, {@code FileSize} and {@code CA} are not covered by
 *       signatures, so each is compared.
 *   <li>R6: a row means durable bytes: it is written, or committed, after the sync ({@link io.narthex.receive.Arrival}).
 * </ul>
 *
 * <p>Out of scope here: where bytes lie ({@code blob}), who may push ({@code access}), what is recorded of a refusal ({@code
 * push}).
 */
@NullMarked
package io.narthex.receive;

import org.jspecify.annotations.NullMarked;
