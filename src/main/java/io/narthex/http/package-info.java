/**
 * The HTTP words that all features share: what a problem is, what a resource method must declare, what our own URL is.
 *
 * <p>Entry points: {@link io.narthex.http.problem.ProblemType} is the only catalogue of problems; {@link
 * io.narthex.http.problem.ProblemException} is thrown at the edge, where a request is parsed; a feature with failures of its own
 * maps them with {@link io.narthex.http.problem.ProblemWriter}. {@link io.narthex.http.Requires} and {@link
 * io.narthex.http.Public} say who may call a resource method. {@link io.narthex.http.BaseUrl} makes every URL that is
 * printed. {@link io.narthex.http.Listing} is one page of any list. {@link io.narthex.http.UndertowErrors} words what Undertow
 * refuses, with {@link io.narthex.http.Sentence}, which code before the servlets uses too. {@link
 * io.narthex.http.pace.PacedBodies} ends request bodies that stand still or trickle, {@link io.narthex.http.pace.DroppedBodies} drops
 * what is left of one when its request is answered, {@link io.narthex.http.pace.PacedResponses} ends answers that are read too
 * slowly while others wait. {@link io.narthex.http.JsonBodies} and {@link io.narthex.http.SmallResponseFilter} read and write
 * without a thread. {@link io.narthex.http.Framing} and {@link
 * io.narthex.http.RequestTarget} stand before all else: what two servers may read in two ways is refused, and a URL has
 * one form.
 *
 * <p>R1: an error below {@code /api} is {@code application/problem+json}, anywhere else a line of {@code text/plain}, and
 * always {@code no-store}. R2: what nobody foresaw is logged once, in {@link io.narthex.http.ThrowableMapper}, with the
 * request's id, and its answer tells that id and nothing else. R3: a database that is away is 503, never 404 or 500.
 * R4: every answer has {@code nosniff}, by a filter of the host, and that of a servlet {@code X-Request-Id}. R5: an
 * unsafe request to the API carries JSON or nothing, and no other site's {@code Origin}.
 *
 * <p>Out of scope: who the caller is and what the caller may do ({@code access}).
 */
@NullMarked
package io.narthex.http;

import org.jspecify.annotations.NullMarked;
