package io.narthex.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A refusal in one line of text that is made once and can be sent from any thread, the IO threads too. */
public final class Sentence {
    private static final String TEXT = "text/plain;charset=utf-8";

    private final int status;
    /** Direct, so that the kernel takes it without a copy. */
    private final ByteBuffer line;

    /** Whether the client is told when to try again. */
    private final boolean later;

    private final String length;
    private final String type;

    /** @param words ASCII; the line begins with the status */
    public Sentence(int status, String words) {
        this(status, TEXT, (status + " " + words + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private Sentence(int status, String type, byte[] bytes) {
        this(status, type, ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(), false);
    }

    private Sentence(int status, String type, ByteBuffer line, boolean later) {
        this.status = status;
        this.type = type;
        this.line = line;
        this.length = Integer.toString(line.remaining());
        this.later = later;
    }

    /** A problem in one line, as {@link ProblemWriter} answers it to clients that print what they get; for one answer. */
    public static Sentence once(Problem problem) {
        return new Sentence(
                problem.type().status(),
                TEXT,
                ByteBuffer.wrap(problem.line().getBytes(StandardCharsets.UTF_8)),
                problem.type() == ProblemType.UNAVAILABLE);
    }

    /** The same as the API says it. */
    public static Sentence of(Problem problem) {
        try {
            byte[] json = new JsonResolver().getContext(Problem.class).writeValueAsBytes(problem);
            return new Sentence(problem.type().status(), "application/problem+json", json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + problem, e);
        }
    }

    /** Ends the exchange; to HEAD Undertow sends the same without the line. */
    public void send(HttpServerExchange exchange) {
        exchange.setStatusCode(status);
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.CACHE_CONTROL, "no-store");
        headers.put(Headers.CONTENT_TYPE, type);
        headers.put(Headers.CONTENT_LENGTH, length);
        if (later) {
            headers.put(Headers.RETRY_AFTER, ProblemWriter.RETRY_AFTER);
        }
        exchange.getResponseSender().send(line.duplicate());
    }
}
