package io.narthex.http;

import io.narthex.http.pace.WaitingClient;
import io.narthex.share.FairPlaces;
import io.narthex.share.Sharer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reads the body of a request of the API, or of one with as small a body, before anything runs for that request, and without a thread. Bodies that come
 * slowly, or never, hold a little memory, of which no tenant has more than a part, and nothing else. Thread-safe.
 */
public final class JsonBodies {
    /** Bytes that all bodies may hold at once. */
    private static final int HELD = 16 << 20;
    /** What waits holds a connection and some kilobytes. */
    private static final int WAITING = 1_024;

    private static final AttachmentKey<ArrivingBody> BODY = AttachmentKey.create(ArrivingBody.class);

    private final Duration idle;
    private final int longest;
    private final FairPlaces<Runnable> places;

    /**
     * @param idle how long a body may stand still
     * @param longest in bytes, what a body may have
     */
    public JsonBodies(Duration idle, int longest) {
        this.idle = idle;
        this.longest = longest;
        places = new FairPlaces<>(HELD / longest, WAITING);
    }

    /**
     * Goes on with a request when its body is there, or one byte more than it may have, or when it comes too
     * slowly: whoever reads it then is told.
     *
     * @param next calls {@link #begun} once the request runs
     * @param crowded answers where too many wait
     */
    public void await(HttpServerExchange exchange, Sharer who, HttpHandler next, HttpHandler crowded) throws Exception {
        if (exchange.isRequestComplete()) {
            next.handleRequest(exchange);
            return;
        }
        ArrivingBody body =
                new ArrivingBody(exchange, longest + 1, idle, next, () -> places.isWanted(who), () -> leave(who));
        AtomicBoolean refused = new AtomicBoolean();
        Executor turn = work -> {
            WaitingClient client = new WaitingClient(exchange);
            Runnable begin = () -> client.proceed(work);
            switch (places.enter(who, begin)) {
                case TAKEN -> begin.run();
                case WAITS -> client.watch(() -> places.withdraw(who, begin)); // leave() gives it back
                case REFUSED -> {
                    refused.set(true);
                    begin.run();
                }
            }
        };
        exchange.dispatch(turn, (HttpHandler) x -> {
            if (refused.get()) {
                crowded.handleRequest(x);
            } else {
                x.putAttachment(BODY, body);
                body.start();
            }
        });
    }

    /** The request runs: its body is read at once, and does not count any more. */
    public static void begun(HttpServerExchange exchange) {
        ArrivingBody body = exchange.getAttachment(BODY);
        if (body != null) {
            body.leave();
        }
    }

    private void leave(Sharer who) {
        places.leave(who).forEach(Runnable::run);
    }
}
