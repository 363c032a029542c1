/**
 * Many rows at once into a table of PostgreSQL.
 *
 * <p>Entry point: {@link io.narthex.copy.BinaryRows}.
 *
 * <ul>
 *   <li>R1: rows go in PostgreSQL's binary form of COPY: text would be made here and parsed there, which costs as much as the
 *       writing.
 *   <li>R2: a COPY that fails leaves the connection usable, and the transaction to whoever began it.
 * </ul>
 *
 * <p>Out of scope: which rows, and what happens where one is there already.
 */
@NullMarked
package io.narthex.copy;

import org.jspecify.annotations.NullMarked;
