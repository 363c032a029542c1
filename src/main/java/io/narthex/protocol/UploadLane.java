package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.push.NarIntake;
import io.narthex.push.UploadName;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Receives NAR files before the servlets: a closure has thousands, and the way through filters and resource takes as long as
 * a small file. What goes wrong takes that way all the same, which words, records and logs it. Thread-safe.
 */
final class UploadLane {
    private static final AttachmentKey<Exception> FAILURE = AttachmentKey.create(Exception.class);
    private static final String NAR = "/nar/";

    private final NarIntake intake;

    UploadLane(NarIntake intake) {
        this.intake = intake;
    }

    /** Whether the request is for this lane, once its caller may push. */
    static boolean isMeant(HttpServerExchange exchange, String path) {
        return exchange.getRequestMethod().equals(Methods.PUT)
                && path.startsWith(NAR)
                && path.indexOf('/', NAR.length()) < 0
                && !exchange.getRequestHeaders().contains(Headers.CONTENT_ENCODING);
    }

    /** Receives the file, on a thread that may wait, and answers. */
    void take(HttpServerExchange exchange, Cache cache, String path, HttpHandler otherwise) throws Exception {
        boolean isNew;
        try {
            UploadName name = UploadName.parse(path.substring(NAR.length()));
            isNew = intake.receive(cache, name, RequestBody.of(exchange), promised(exchange));
        } catch (IOException | RuntimeException e) {
            exchange.putAttachment(FAILURE, e);
            otherwise.handleRequest(exchange);
            return;
        }
        exchange.setStatusCode(isNew ? StatusCodes.CREATED : StatusCodes.OK);
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
        exchange.setResponseContentLength(0);
        exchange.endExchange();
    }

    private static OptionalLong promised(HttpServerExchange exchange) {
        long length = exchange.getRequestContentLength();
        return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
    }

    /** Throws what went wrong here with the request at hand, if it was here and anything did. */
    static void rethrow(HttpServerExchange exchange) throws IOException {
        @Nullable Exception failure = exchange.getAttachment(FAILURE);
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
    }
}
