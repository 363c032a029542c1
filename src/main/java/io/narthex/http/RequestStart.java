package io.narthex.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.time.Clock;
import java.time.Instant;

/**
 * Knows when a request began. A token's end is compared with that moment, however long the body takes: a request that
 * began in time comes to its end.
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
