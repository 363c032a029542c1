package io.narthex.lane;

import io.narthex.access.PushRight;
import io.narthex.access.PushRights;
import io.narthex.audit.EarlyRequest;
import io.narthex.cache.Cache;
import io.narthex.http.RequestIdFilter;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePathHash;
import io.narthex.protocol.EarlyUpload;
import io.narthex.protocol.NarUrl;
import io.narthex.protocol.RequestBody;
import io.narthex.push.NarIntake;
import io.narthex.push.Publisher;
import io.narthex.push.SmallBody;
import io.narthex.push.UploadName;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.OptionalLong;
import org.jboss.logging.MDC;

/**
 * Receives NAR files and the narinfos of new paths before the servlets: a closure has thousands, and the way through filters
 * and resource takes as long as a small file. Whatever is not as usual takes that way all the same, which decides, words,
 * records and logs it. Thread-safe.
 */
final class UploadLane {
    private static final HttpString REQUEST_ID = new HttpString("X-Request-Id");
    private static final String NAR = "/nar/";
    private static final String NARINFO = ".narinfo";

    private final PushRights rights;
    private final NarIntake intake;
    private final Publisher publisher;

    UploadLane(PushRights rights, NarIntake intake, Publisher publisher) {
        this.rights = rights;
        this.intake = intake;
        this.publisher = publisher;
    }

    /** Whether the request is for this lane, once its caller may push. */
    static boolean isMeant(HttpServerExchange exchange, String path) {
        return exchange.getRequestMethod().equals(Methods.PUT) && (isNar(exchange, path) || isNarInfo(path));
    }

    private static boolean isNar(HttpServerExchange exchange, String path) {
        return path.startsWith(NAR)
                && path.indexOf('/', NAR.length()) < 0
                && !exchange.getRequestHeaders().contains(Headers.CONTENT_ENCODING);
    }

    private static boolean isNarInfo(String path) {
        return path.length() == 1 + NarUrl.HASH + NARINFO.length() && path.endsWith(NARINFO);
    }

    /** Takes what is sent, on a thread that may wait, and answers. */
    void take(HttpServerExchange exchange, Cache cache, String path, HttpHandler otherwise) throws Exception {
        if (isNarInfo(path)) {
            takeNarInfo(exchange, cache, path, otherwise);
        } else {
            takeNar(exchange, cache, path, otherwise);
        }
    }

    private void takeNarInfo(HttpServerExchange exchange, Cache cache, String path, HttpHandler otherwise)
            throws Exception {
        String id = RequestIdFilter.newId();
        try {
            PushRight right = rights.of(exchange, cache);
            byte[] body = SmallBody.read(
                    Channels.newInputStream(RequestBody.of(exchange)),
                    exchange.getRequestHeaders().getFirst(Headers.CONTENT_ENCODING),
                    NarInfoReader.MAX_BYTES);
            EarlyUpload.read(exchange, body);
            MDC.put(RequestIdFilter.MDC_KEY, id);
            if (isPublished(exchange, right.again(), path, body, id)) {
                answer(exchange, true, id);
                return;
            }
        } catch (RuntimeException e) {
            EarlyUpload.failed(exchange, e);
        } finally {
            MDC.remove(RequestIdFilter.MDC_KEY);
        }
        otherwise.handleRequest(exchange);
    }

    private boolean isPublished(HttpServerExchange exchange, PushRight right, String path, byte[] body, String id) {
        PushRight.Pusher pusher = right.pusher();
        StorePathHash hash = StorePathHash.tryParse(path, 1);
        if (pusher == null || hash == null) {
            return false;
        }
        NarInfo info;
        try {
            info = NarInfoReader.read(body);
        } catch (NixFormatException e) {
            // its resource meets the same, and says so
            return false;
        }
        EarlyRequest.Sender sender = new EarlyRequest.Sender(
                pusher.publicId(), pusher.note(), exchange.getSourceAddress().getAddress(), id);
        return EarlyRequest.as(sender, () -> publisher.publishNew(right, hash, info));
    }

    private void takeNar(HttpServerExchange exchange, Cache cache, String path, HttpHandler otherwise)
            throws Exception {
        boolean isNew;
        try {
            UploadName name = UploadName.parse(path.substring(NAR.length()));
            isNew = intake.receive(rights.of(exchange, cache), name, RequestBody.of(exchange), promised(exchange));
        } catch (IOException | RuntimeException e) {
            EarlyUpload.failed(exchange, e);
            otherwise.handleRequest(exchange);
            return;
        }
        answer(exchange, isNew, RequestIdFilter.newId());
    }

    private static void answer(HttpServerExchange exchange, boolean isNew, String id) {
        exchange.setStatusCode(isNew ? StatusCodes.CREATED : StatusCodes.OK);
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
        exchange.getResponseHeaders().put(REQUEST_ID, id);
        exchange.getResponseHeaders().put(Headers.X_CONTENT_TYPE_OPTIONS, "nosniff");
        exchange.setResponseContentLength(0);
        exchange.endExchange();
    }

    private static OptionalLong promised(HttpServerExchange exchange) {
        long length = exchange.getRequestContentLength();
        return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
    }
}
