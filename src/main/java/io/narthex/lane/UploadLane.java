package io.narthex.lane;

import io.narthex.access.AccessRefusedException;
import io.narthex.access.PushRight;
import io.narthex.access.PushRights;
import io.narthex.audit.EarlyRequest;
import io.narthex.cache.Cache;
import io.narthex.http.FailedRequest;
import io.narthex.http.RequestIdFilter;
import io.narthex.http.Sentence;
import io.narthex.http.problem.Problem;
import io.narthex.nix.store.StorePathHash;
import io.narthex.protocol.NarUrl;
import io.narthex.protocol.RequestBody;
import io.narthex.push.RefusedUploads;
import io.narthex.receive.Outcome;
import io.narthex.receive.Reception;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.util.OptionalLong;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Receives NAR files and narinfos before the servlets: a closure has thousands, and the way through filters and resource takes
 * as long as a small file. It answers as the resources do. Thread-safe.
 */
final class UploadLane {
    private static final HttpString REQUEST_ID = new HttpString("X-Request-Id");
    private static final String NAR = "/nar/";
    private static final String NARINFO = ".narinfo";

    private final PushRights rights;
    private final Reception reception;
    private final RefusedUploads refusals;
    private final LaneAccess access;

    UploadLane(PushRights rights, Reception reception, RefusedUploads refusals, LaneAccess access) {
        this.rights = rights;
        this.reception = reception;
        this.refusals = refusals;
        this.access = access;
    }

    /**
     * Whether the request is for this lane, once its caller may push. A URL that is written in another way than usual is not, nor
     * is a narinfo for a cache that shows the machine's store, whose database is asked for it.
     */
    static boolean isMeant(HttpServerExchange exchange, Cache cache, String path) {
        return exchange.getRequestMethod().equals(Methods.PUT)
                && exchange.getRequestURI().equals(path)
                && exchange.getQueryString().isEmpty()
                && (isNar(exchange, path) || (isNarInfo(path) && !cache.whole().showsLocalStore()));
    }

    private static boolean isNar(HttpServerExchange exchange, String path) {
        return path.startsWith(NAR)
                && NarUrl.isFileName(path.substring(NAR.length()))
                && !exchange.getRequestHeaders().contains(Headers.CONTENT_ENCODING);
    }

    private static boolean isNarInfo(String path) {
        return path.length() == 1 + NarUrl.HASH + NARINFO.length()
                && path.endsWith(NARINFO)
                && StorePathHash.tryParse(path, 1) != null;
    }

    /** Takes what is sent, on a thread that may wait, and answers. Who may not push any more takes the usual way, which says so. */
    void take(HttpServerExchange exchange, Cache cache, String path, HttpHandler otherwise) throws Exception {
        PushRight right = right(exchange, cache);
        PushRight.Pusher pusher = right == null ? null : right.pusher();
        if (right == null || pusher == null) {
            otherwise.handleRequest(exchange);
            return;
        }
        String id = RequestIdFilter.newId();
        EarlyRequest.Sender sender = new EarlyRequest.Sender(
                pusher.publicId(), pusher.note(), exchange.getSourceAddress().getAddress(), id);
        MDC.put(RequestIdFilter.MDC_KEY, id);
        try {
            answer(exchange, EarlyRequest.as(sender, () -> received(exchange, right, path, id)), id);
            return;
        } catch (AccessRefusedException e) {
            // decided again below, where it is told and recorded
        } catch (IOException | RuntimeException e) {
            refuse(
                    exchange,
                    FailedRequest.problem(e, id, exchange.getRequestMethod().toString()),
                    id);
            return;
        } finally {
            MDC.remove(RequestIdFilter.MDC_KEY);
        }
        otherwise.handleRequest(exchange);
    }

    private @Nullable PushRight right(HttpServerExchange exchange, Cache cache) {
        try {
            return rights.of(exchange, cache);
        } catch (RuntimeException e) {
            // nothing is read yet: the resource meets the same, and says so
            return null;
        }
    }

    private Outcome received(HttpServerExchange exchange, PushRight right, String path, String id) throws IOException {
        RequestBody body = RequestBody.of(exchange);
        String coding = exchange.getRequestHeaders().getFirst(Headers.CONTENT_ENCODING);
        Outcome outcome = path.startsWith(NAR)
                ? reception.nar(right, path.substring(NAR.length()), body, coding, promised(exchange))
                : reception.narInfo(right, StorePathHash.parse(path.substring(1, 1 + NarUrl.HASH)), body, coding);
        if (outcome instanceof Outcome.Refused refused) {
            refusals.record(
                    refused, new RefusedUploads.Upload(id, path, right.cache().fullName(), access.cache(exchange)));
        }
        return outcome;
    }

    private static void answer(HttpServerExchange exchange, Outcome outcome, String id) {
        switch (outcome) {
            case Outcome.Created created -> taken(exchange, StatusCodes.CREATED, id);
            case Outcome.Merged merged -> taken(exchange, StatusCodes.OK, id);
            case Outcome.Refused refused -> refuse(exchange, refused.told(), id);
            case Outcome.Malformed malformed -> refuse(exchange, malformed.told(), id);
            case Outcome.Unavailable away -> refuse(exchange, away.told(), id);
        }
    }

    private static void taken(HttpServerExchange exchange, int status, String id) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
        named(exchange, id);
        exchange.setResponseContentLength(0);
        exchange.endExchange();
    }

    private static void refuse(HttpServerExchange exchange, Problem problem, String id) {
        named(exchange, id);
        Sentence.once(problem).send(exchange);
    }

    private static void named(HttpServerExchange exchange, String id) {
        exchange.getResponseHeaders().put(REQUEST_ID, id);
        exchange.getResponseHeaders().put(Headers.X_CONTENT_TYPE_OPTIONS, "nosniff");
    }

    private static OptionalLong promised(HttpServerExchange exchange) {
        long length = exchange.getRequestContentLength();
        return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
    }
}
