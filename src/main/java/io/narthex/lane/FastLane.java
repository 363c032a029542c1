package io.narthex.lane;

import io.narthex.access.Access;
import io.narthex.audit.ReadLog;
import io.narthex.browse.ByteNamesFilter;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.cache.CacheRouter;
import io.narthex.http.Conditions;
import io.narthex.http.JsonBodies;
import io.narthex.http.RequestStart;
import io.narthex.http.Sentence;
import io.narthex.http.SmallResponseFilter;
import io.narthex.http.pace.PacedBodies;
import io.narthex.index.HotPaths;
import io.narthex.index.SignedPath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.protocol.NarInfoResponse;
import io.narthex.protocol.NarUrl;
import io.narthex.protocol.Responses;
import io.narthex.push.NarIntake;
import io.narthex.share.Sharer;
import io.narthex.transfer.Coding;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the servlets. Narinfos that memory knows, present or absent, are answered at once on the IO thread: the
 * hand-over to a worker costs several times the answer. Whatever streams goes to a {@link FairLane}.
 */
public final class FastLane implements ServletExtension {
    /** Name of the attribute of the servlet context that holds what {@link FastLaneStart} made. */
    static final String ATTRIBUTE = FastLane.class.getName();

    private static final String SUFFIX = ".narinfo";
    private static final String NAR = "/nar/";
    private static final String API = "/api/";
    /** How the URLs of the API end whose answers may be long. */
    private static final Set<String> LISTS = Set.of("events", "heads", "paths", "runs");

    private static final int LENGTH = 1 + NarUrl.HASH + SUFFIX.length();
    private static final Sentence ABSENT = new Sentence(StatusCodes.NOT_FOUND, "There is nothing here: No such path");

    /** What stands in a path where its escapes were no UTF-8; JAX-RS would log a trace for each. */
    private static final char UNDECODABLE = '\uFFFD';

    private static final Sentence NO_PATH = new Sentence(StatusCodes.BAD_REQUEST, "The URL has no path");

    private static final Sentence NOT_UTF_8 = new Sentence(StatusCodes.BAD_REQUEST, "The URL is not UTF-8");

    /** What the lane needs of the application, once it has started. */
    record Parts(
            Access access,
            CacheDirectory caches,
            HotPaths hot,
            ReadLog reads,
            SmallNars small,
            StoredNars stored,
            NarIntake intake,
            UploadLane received,
            FairLane downloads,
            FairLane requests,
            FairLane lists,
            JsonBodies bodies,
            FairLane uploads) {
        /** For whom a request uses what is scarce. */
        Sharer sharer(HttpServerExchange exchange) {
            boolean api = exchange.getRelativePath().startsWith(API);
            Cache visited =
                    api ? null : CacheRouter.cacheOf(exchange, caches.now()).orElse(null);
            return access.sharer(
                    exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION),
                    exchange.getSourceAddress().getAddress(),
                    visited);
        }
    }

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(next -> exchange -> handle(exchange, next, context));
    }

    private static void handle(HttpServerExchange exchange, HttpHandler next, ServletContext context) throws Exception {
        if (!(context.getAttribute(ATTRIBUTE) instanceof Parts parts)) {
            next.handleRequest(exchange);
            return;
        }
        RawQuestionMark.restore(exchange);
        String path = exchange.getRelativePath();
        if (!path.startsWith("/")) { // "*" for one: Undertow finds no servlet for it and answers 500
            NO_PATH.send(exchange);
        } else if (exchange.getRequestMethod().equals(Methods.PUT) && !path.startsWith("/api/")) {
            receive(exchange, path, next, parts);
        } else if (path.length() == LENGTH && path.endsWith(SUFFIX)) {
            Cache cache = open(exchange, parts);
            if (cache == null || !answered(exchange, path, cache, parts)) {
                parts.requests.run(exchange, parts.sharer(exchange), next);
            }
        } else if (path.indexOf(UNDECODABLE) >= 0 && !ByteNamesFilter.takes(exchange.getRequestURI())) {
            NOT_UTF_8.send(exchange);
        } else if (isPushersQuestion(exchange, path, parts)) {
            parts.requests.run(exchange, parts.sharer(exchange), x -> answerPusher(x, path, next, parts));
        } else if (isStream(path)) {
            stream(exchange, next, parts);
        } else if (path.startsWith(API)) {
            administer(exchange, path, next, parts);
        } else {
            parts.requests.run(exchange, parts.sharer(exchange), next);
        }
    }

    private static void stream(HttpServerExchange exchange, HttpHandler next, Parts parts) throws Exception {
        Sharer who = parts.sharer(exchange);
        exchange.putAttachment(SmallResponseFilter.STREAMED, true);
        HttpHandler stream = x -> parts.downloads.run(x, who, next);
        Cache cache = open(exchange, parts);
        if (cache == null || !isSent(exchange, cache, parts, who, stream)) {
            stream.handleRequest(exchange);
        }
    }

    /** The body first, without a thread; but a stranger's is never looked at. */
    private static void administer(HttpServerExchange exchange, String path, HttpHandler next, Parts parts)
            throws Exception {
        Sharer who = parts.sharer(exchange);
        FairLane lane = LISTS.contains(path.substring(path.lastIndexOf('/') + 1)) ? parts.lists : parts.requests;
        HttpHandler turn = x -> lane.run(x, who, y -> {
            JsonBodies.begun(y);
            next.handleRequest(y);
        });
        if (exchange.getRequestHeaders().contains(Headers.AUTHORIZATION)) {
            parts.bodies.await(exchange, who, turn, FairLane::refuse);
        } else {
            turn.handleRequest(exchange);
        }
    }

    /**
     * A body that a client asks whether to send, as Nix does with every PUT, is asked for at once where memory knows that
     * this caller may push: it is on its way while the request finds its resource. Who may not push takes no place.
     */
    private static void receive(HttpServerExchange exchange, String path, HttpHandler next, Parts parts)
            throws IOException {
        RequestStart.of(exchange);
        Cache cache = pushed(exchange, parts);
        if (cache == null) {
            parts.requests.run(exchange, parts.sharer(exchange), x -> decide(x, next, parts));
            return;
        }
        Sharer who = parts.sharer(exchange);
        HttpHandler upload = UploadLane.isMeant(exchange, path) ? x -> parts.received.take(x, cache, path, next) : next;
        if (!HttpContinue.requiresContinueResponse(exchange)) {
            upload(exchange, who, upload, parts);
            return;
        }
        HttpContinue.sendContinueResponse(exchange, new IoCallback() {
            @Override
            public void onComplete(HttpServerExchange asked, Sender sender) {
                asked.dispatch(SameThreadExecutor.INSTANCE, (HttpHandler) x -> upload(x, who, upload, parts));
            }

            @Override
            public void onException(HttpServerExchange broken, Sender sender, IOException e) {
                broken.endExchange();
            }
        });
    }

    private static void upload(HttpServerExchange exchange, Sharer who, HttpHandler upload, Parts parts) {
        exchange.putAttachment(PacedBodies.WANTED, () -> parts.uploads.isWanted(who));
        parts.uploads.run(exchange, who, upload);
    }

    /** Finds out who may push where memory cannot tell, on a thread that may wait; the rest is refused by the usual way. */
    private static void decide(HttpServerExchange exchange, HttpHandler next, Parts parts) throws Exception {
        if (mayPushNow(exchange, parts)) {
            upload(exchange, parts.sharer(exchange), next, parts);
        } else {
            next.handleRequest(exchange);
        }
    }

    private static boolean mayPushNow(HttpServerExchange exchange, Parts parts) {
        Cache cache = CacheRouter.cacheOf(exchange, parts.caches.now()).orElse(null);
        HeaderValues authorization = exchange.getRequestHeaders().get(Headers.AUTHORIZATION);
        try {
            return cache != null && authorization != null && parts.access.mayPushNow(authorization, cache);
        } catch (RuntimeException e) {
            // the usual way meets the same, and says so
            return false;
        }
    }

    /** The cache that is meant, if memory knows that this caller may read it; null where access is to be decided. */
    private static @Nullable Cache open(HttpServerExchange exchange, Parts parts) {
        return cache(exchange, parts, parts.access::mayPull);
    }

    /** The same for who may add to it. */
    private static @Nullable Cache pushed(HttpServerExchange exchange, Parts parts) {
        return cache(exchange, parts, parts.access::mayPush);
    }

    private static @Nullable Cache cache(
            HttpServerExchange exchange, Parts parts, BiPredicate<@Nullable String, Cache> may) {
        Cache cache = CacheRouter.cacheOf(exchange, parts.caches.now()).orElse(null);
        HeaderValues authorization = exchange.getRequestHeaders().get(Headers.AUTHORIZATION);
        boolean told = authorization == null || authorization.size() == 1;
        return cache != null && told && may.test(authorization == null ? null : authorization.getFirst(), cache)
                ? cache
                : null;
    }

    /** Whether somebody who may push asks for what can only be an uploaded file. Nix does before each NAR. */
    private static boolean isPushersQuestion(HttpServerExchange exchange, String path, Parts parts) {
        if (!exchange.getRequestMethod().equals(Methods.HEAD)
                || !path.startsWith(NAR)
                || !NarUrl.isFileName(path.substring(NAR.length()))) {
            return false;
        }
        Cache cache = pushed(exchange, parts);
        return cache != null && cache.takesUploads() && !cache.showsLocalStore();
    }

    /** Says that it is not there, as is usual; all else takes the usual way. */
    private static void answerPusher(HttpServerExchange exchange, String path, HttpHandler next, Parts parts)
            throws Exception {
        Cache cache = pushed(exchange, parts);
        if (cache != null && isMissing(parts.intake, cache, path.substring(NAR.length()))) {
            ABSENT.send(exchange);
        } else {
            next.handleRequest(exchange);
        }
    }

    private static boolean isMissing(NarIntake intake, Cache cache, String file) {
        try {
            return !intake.has(cache, file);
        } catch (RuntimeException e) {
            // the usual way says what is wrong
            return false;
        }
    }

    private static boolean isSent(
            HttpServerExchange exchange, Cache cache, Parts parts, Sharer who, HttpHandler otherwise) {
        String token = parts.access.publicId(exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION));
        return parts.small.run(cache, token, who, exchange, otherwise)
                || parts.stored.run(cache, token, who, exchange, otherwise);
    }

    private static boolean isStream(String path) {
        return path.startsWith(NAR) || path.startsWith("/serve/") || path.startsWith("/log/") || path.endsWith(".ls");
    }

    private static boolean answered(HttpServerExchange exchange, String path, Cache cache, Parts parts) {
        boolean get = exchange.getRequestMethod().equals(Methods.GET);
        if (!get && !exchange.getRequestMethod().equals(Methods.HEAD)) {
            return false;
        }
        StorePathHash hash = StorePathHash.tryParse(path, 1);
        if (hash == null) {
            return false;
        }
        if (parts.hot.isAbsent(cache, hash)) {
            parts.reads.miss(cache.tenantId(), cache.id());
            ABSENT.send(exchange);
            return true;
        }
        SignedPath found = parts.hot.current(cache, hash);
        if (found == null) {
            return false;
        }
        parts.reads.hit(found.hits(), cache.tenantId(), cache.id(), found.path());
        present(exchange, cache, found);
        return true;
    }

    private static void present(HttpServerExchange exchange, Cache cache, SignedPath path) {
        HeaderMap request = exchange.getRequestHeaders();
        NarInfoResponse answer = NarInfoResponse.of(path, Coding.acceptsZstd(request.get(Headers.ACCEPT_ENCODING)));
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.ETAG, answer.entityTag());
        headers.put(Headers.LAST_MODIFIED, path.lastModified());
        headers.put(Headers.CACHE_CONTROL, Responses.control(cache, Responses.MINUTES));
        headers.put(Headers.VARY, "Accept-Encoding");
        if (answer.coded()) {
            headers.put(Headers.CONTENT_ENCODING, Coding.ZSTD);
        }
        boolean known = Conditions.isKnown(
                request.getFirst(Headers.IF_NONE_MATCH),
                request.getFirst(Headers.IF_MODIFIED_SINCE),
                answer.entityTag(),
                path.since());
        if (known) {
            exchange.setStatusCode(StatusCodes.NOT_MODIFIED);
            exchange.endExchange();
            return;
        }
        headers.put(Headers.CONTENT_TYPE, Responses.NARINFO_TYPE);
        send(exchange, answer.body());
    }

    private static void send(HttpServerExchange exchange, byte[] body) {
        exchange.setResponseContentLength(body.length);
        if (exchange.getRequestMethod().equals(Methods.HEAD)) {
            exchange.endExchange();
        } else {
            exchange.getResponseSender().send(ByteBuffer.wrap(body));
        }
    }
}
