package io.narthex.protocol;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Hands an upload that began before the servlets over to its resource, with what was found out of it so far. */
public final class EarlyUpload {
    private static final AttachmentKey<Exception> FAILURE = AttachmentKey.create(Exception.class);
    private static final AttachmentKey<byte[]> BODY = AttachmentKey.create(byte[].class);

    private EarlyUpload() {}

    /** The body was read, and cannot be read again. */
    public static void read(HttpServerExchange exchange, byte[] body) {
        exchange.putAttachment(BODY, body);
    }

    /** It failed, which its resource is to say. */
    public static void failed(HttpServerExchange exchange, Exception failure) {
        exchange.putAttachment(FAILURE, failure);
    }

    /** Throws what went wrong before, if anything did. */
    static void rethrow(HttpServerExchange exchange) throws IOException {
        @Nullable Exception failure = exchange.getAttachment(FAILURE);
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
    }

    /** The body, if it was read before. */
    static byte @Nullable [] body(HttpServerExchange exchange) {
        return exchange.getAttachment(BODY);
    }
}
