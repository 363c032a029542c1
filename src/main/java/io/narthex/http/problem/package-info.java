/**
 * Errors of the API as {@code application/problem+json} (RFC 9457).
 *
 * <p>Entry points: {@link io.narthex.http.problem.ProblemType}, the only catalogue; {@link
 * io.narthex.http.problem.ProblemException}, for what has no family of exceptions of its own; {@link
 * io.narthex.http.problem.ProblemWriter}, for mappers and filters.
 *
 * <ul>
 *   <li>R1: no path of the server, SQL or name of a class gets into an answer.
 *   <li>R2: a type once published keeps its slug and its status.
 * </ul>
 */
@NullMarked
package io.narthex.http.problem;

import org.jspecify.annotations.NullMarked;
