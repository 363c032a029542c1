package io.narthex.protocol;

import io.narthex.http.Sentence;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.undertow.server.HttpServerExchange;

/** Answers that a cache does not offer a path: 404, in the same words whatever the reason. */
public final class AbsentPath {
    private static final String DETAIL = "No such path";
    private static final Sentence SENTENCE =
            new Sentence(ProblemType.NOT_FOUND.status(), ProblemType.NOT_FOUND.title() + ": " + DETAIL);

    private AbsentPath() {}

    /** To be thrown by a resource. */
    public static ProblemException problem() {
        return new ProblemException(ProblemType.NOT_FOUND, DETAIL);
    }

    /** Says the same before JAX-RS, and ends the exchange. */
    public static void send(HttpServerExchange exchange) {
        SENTENCE.send(exchange);
    }
}
