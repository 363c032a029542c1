package io.narthex.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.time.Clock;
import java.time.Instant;

/**
 * When a request began. A token's end is held against this, however long the body takes: who began in time comes to the
 * end.
 */
public final class RequestStart {
    private static final AttachmentKey<Instant> BEGUN = AttachmentKey.create(Instant.class);

    private RequestStart() {}

    /** The moment of the first call for this request; to be called before its body is read. */
    public static Instant of(HttpServerExchange exchange) {
        Instant known = exchange.getAttachment(BEGUN);
        if (known != null) {
            return known;
        }
        Instant now = Clock.systemUTC().instant();
        exchange.putAttachment(BEGUN, now);
        return now;
    }
}
