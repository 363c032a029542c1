package io.narthex.lane;

import io.narthex.http.Sentence;
import io.narthex.upstream.ServerVia;
import io.undertow.util.StatusCodes;

/** What is said of upstreams before JAX-RS. */
final class UpstreamSentence {
    static final String NO_ANSWER = "An upstream gives no answer";
    static final Sentence AWAY =
            new Sentence(StatusCodes.SERVICE_UNAVAILABLE, "The server cannot answer now: " + NO_ANSWER);
    static final Sentence LOOP = new Sentence(StatusCodes.LOOP_DETECTED, ServerVia.CIRCLE);

    private UpstreamSentence() {}
}
