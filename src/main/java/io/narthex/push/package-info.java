/**
 * What belongs to uploads beside NARs and narinfos, which {@code receive} takes in.
 *
 * <p>Entry points: {@link io.narthex.push.DocumentIntake} keeps logs and the like, {@link io.narthex.push.RealisationIntake}
 * realisations; {@link io.narthex.push.RefusedUploads} has every refusal logged, counted and recorded, and {@link
 * io.narthex.push.RefusedMapper} answers it where JAX-RS has the request. Jobs sweep and merge what lies.
 *
 * <ul>
 *   <li>R1: no SQL. What is wrong with an upload is a {@link io.narthex.receive.RefusedException}.
 *   <li>R2: a right is asked for again behind the body, and held in the transaction that keeps what came.
 * </ul>
 *
 * <p>Out of scope here: where bytes lie, who may push.
 */
@NullMarked
package io.narthex.push;

import org.jspecify.annotations.NullMarked;
