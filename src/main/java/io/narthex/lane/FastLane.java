package io.narthex.lane;

import io.narthex.browse.ByteNamesFilter;
import io.narthex.cache.Cache;
import io.narthex.http.JsonBodies;
import io.narthex.http.RequestStart;
import io.narthex.http.Sentence;
import io.narthex.http.SmallResponseFilter;
import io.narthex.http.pace.PacedBodies;
import io.narthex.nix.store.StorePathHash;
import io.narthex.protocol.NarInfoBatch;
import io.narthex.share.Sharer;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Meets every request before the servlets and chooses its way. What memory can answer is answered at once on the IO thread:
 * the hand-over to a worker costs several times the answer. Everything else waits for its turn in a {@link FairLane}.
 */
public final class FastLane implements ServletExtension {
    /** Name of the attribute of the servlet context that holds what {@link FastLaneStart} made. */
    static final String ATTRIBUTE = FastLane.class.getName();

    private static final String NAR = "/nar/";
    private static final String LOG = "/log/";
    private static final String API = "/api/";
    /** Small files that upstreams may have. */
    private static final List<String> DOCUMENTS = List.of("/realisations/", "/build-trace-v2/", "/debuginfo/");

    /** With a query it is a search. */
    private static final String HOME = "/";

    /** The one call with a body that needs no token: it brings one of others. */
    private static final String EXCHANGE = "/api/v1/oidc/token";
    /** For people: a page may ask the database for much, and who logs in brings a form. */
    private static final String CONSOLE = "/console";
    /** How the URLs of the API end whose answers may be long. */
    private static final Set<String> LISTS = Set.of("events", "heads", "paths", "pins", "runs", "sbom");

    /** What stands in a path where its escapes were no UTF-8; JAX-RS would log a trace for each. */
    private static final char UNDECODABLE = '\uFFFD';

    private static final Sentence NO_PATH = new Sentence(StatusCodes.BAD_REQUEST, "The URL has no path");

    private static final Sentence NOT_UTF_8 = new Sentence(StatusCodes.BAD_REQUEST, "The URL is not UTF-8");

    /** What the lane needs of the application, once it has started. */
    record Parts(
            LaneAccess access,
            HotNarInfos narInfos,
            NewNarInfos unknown,
            SmallNars small,
            StoredNars stored,
            CopiedNars copied,
            PassingNars passing,
            NarInfosElsewhere elsewhere,
            MissingNars missing,
            UploadLane received,
            JsonBodies bodies,
            JsonBodies batches,
            FairLane downloads,
            FairLane requests,
            FairLane lookups,
            FairLane lists,
            FairLane logs,
            FairLane uploads) {
        /** Gives a request its turn among those that are answered soon. */
        void request(HttpServerExchange exchange, HttpHandler next) {
            requests.run(exchange, access.sharer(exchange), next);
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
        } else if (exchange.getRequestMethod().equals(Methods.PUT) && !path.startsWith(API)) {
            receive(exchange, path, next, parts);
        } else if (HotNarInfos.isMeant(path)) {
            narInfo(exchange, path, next, parts);
        } else if (path.indexOf(UNDECODABLE) >= 0 && !ByteNamesFilter.takes(exchange.getRequestURI())) {
            NOT_UTF_8.send(exchange);
        } else if (parts.missing.isMeant(exchange, path)) {
            parts.request(exchange, x -> parts.missing.answer(x, path, next));
        } else if (path.startsWith(LOG)) {
            exchange.putAttachment(SmallResponseFilter.STREAMED, true);
            parts.logs.run(exchange, parts.access.sharer(exchange), next);
        } else if (isStream(path)) {
            stream(exchange, next, parts);
        } else if (path.equals(NarInfoBatch.URL)) {
            batch(exchange, next, parts);
        } else if (DOCUMENTS.stream().anyMatch(path::startsWith)) {
            document(exchange, next, parts);
        } else if (path.startsWith(API)) {
            administer(exchange, path, next, parts);
        } else if (path.equals(CONSOLE) || path.startsWith(CONSOLE + "/")) {
            look(exchange, next, parts);
        } else if (path.equals(HOME) && !exchange.getQueryString().isEmpty()) {
            parts.lists.run(exchange, parts.access.sharer(exchange), next);
        } else {
            parts.request(exchange, next);
        }
    }

    private static void narInfo(HttpServerExchange exchange, String path, HttpHandler next, Parts parts)
            throws Exception {
        Cache cache = parts.access.readable(exchange);
        StorePathHash hash = HotNarInfos.hash(exchange, path);
        if (cache == null || hash == null) {
            parts.request(exchange, next);
        } else if (!parts.narInfos.answer(exchange, hash, cache)) {
            Sharer who = parts.access.sharer(exchange);
            parts.unknown.answer(
                    exchange,
                    hash,
                    cache,
                    who,
                    cache.showsOthers() ? x -> parts.elsewhere.resource(x, who, next) : x -> parts.request(x, next));
        }
    }

    /** An upstream may have to be asked for it. */
    private static void document(HttpServerExchange exchange, HttpHandler next, Parts parts) {
        Cache cache = parts.access.readable(exchange);
        if (cache != null && cache.showsOthers()) {
            parts.lookups.run(exchange, parts.access.sharer(exchange), next);
        } else {
            parts.request(exchange, next);
        }
    }

    private static boolean isStream(String path) {
        return path.startsWith(NAR) || path.startsWith("/serve/") || path.endsWith(".ls");
    }

    private static void stream(HttpServerExchange exchange, HttpHandler next, Parts parts) throws Exception {
        Sharer who = parts.access.sharer(exchange);
        exchange.putAttachment(SmallResponseFilter.STREAMED, true);
        HttpHandler stream = x -> parts.downloads.run(x, who, next);
        Cache cache = parts.access.readable(exchange);
        if (cache == null || !isSent(exchange, cache, parts, who, stream)) {
            stream.handleRequest(exchange);
        }
    }

    private static boolean isSent(
            HttpServerExchange exchange, Cache cache, Parts parts, Sharer who, HttpHandler otherwise) {
        String token = parts.access.publicId(exchange);
        return parts.small.run(cache, token, who, exchange, otherwise)
                || parts.stored.run(cache, token, who, exchange, otherwise)
                || parts.copied.run(cache, token, who, exchange, otherwise)
                || parts.passing.run(cache, token, who, exchange, otherwise);
    }

    /** The body first, without a thread; but a stranger's is never looked at, unless it is what tells who comes. */
    private static void administer(HttpServerExchange exchange, String path, HttpHandler next, Parts parts)
            throws Exception {
        Sharer who = parts.access.sharer(exchange);
        FairLane lane = LISTS.contains(path.substring(path.lastIndexOf('/') + 1)) ? parts.lists : parts.requests;
        HttpHandler turn = turn(lane, who, next);
        if (exchange.getRequestHeaders().contains(Headers.AUTHORIZATION) || path.equals(EXCHANGE)) {
            parts.bodies.await(exchange, who, turn, FairLane::refuse);
        } else {
            turn.handleRequest(exchange);
        }
    }

    /** The form first, likewise; a stranger's is a token perhaps. */
    private static void look(HttpServerExchange exchange, HttpHandler next, Parts parts) throws Exception {
        Sharer who = parts.access.sharer(exchange);
        parts.bodies.await(exchange, who, turn(parts.lists, who, next), FairLane::refuse);
    }

    /** The hashes first, likewise; those of who may read the cache. */
    private static void batch(HttpServerExchange exchange, HttpHandler next, Parts parts) throws Exception {
        Sharer who = parts.access.sharer(exchange);
        exchange.putAttachment(SmallResponseFilter.STREAMED, true);
        HttpHandler turn = turn(parts.lists, who, next);
        if (parts.access.readable(exchange) == null) {
            turn.handleRequest(exchange);
        } else {
            parts.batches.await(exchange, who, turn, FairLane::refuse);
        }
    }

    private static HttpHandler turn(FairLane lane, Sharer who, HttpHandler next) {
        return exchange -> lane.run(exchange, who, x -> {
            JsonBodies.begun(x);
            next.handleRequest(x);
        });
    }

    /**
     * A body that a client asks whether to send, as Nix does with every PUT, is asked for at once where memory knows that
     * this caller may push: it is on its way while the request finds its resource. Who may not push takes no place.
     */
    private static void receive(HttpServerExchange exchange, String path, HttpHandler next, Parts parts)
            throws IOException {
        RequestStart.of(exchange);
        Cache cache = parts.access.writable(exchange);
        if (cache == null) {
            parts.request(exchange, x -> decide(x, next, parts));
            return;
        }
        Sharer who = parts.access.sharer(exchange);
        HttpHandler upload =
                UploadLane.isMeant(exchange, cache, path) ? x -> parts.received.take(x, cache, path, next) : next;
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

    /** Finds out who may push where memory cannot tell, on a thread that may wait; the rest is refused by its resource. */
    private static void decide(HttpServerExchange exchange, HttpHandler next, Parts parts) throws Exception {
        if (parts.access.mayPushNow(exchange)) {
            upload(exchange, parts.access.sharer(exchange), next, parts);
        } else {
            next.handleRequest(exchange);
        }
    }
}
