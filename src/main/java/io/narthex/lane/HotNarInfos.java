package io.narthex.lane;

import io.narthex.audit.ReadLog;
import io.narthex.cache.Cache;
import io.narthex.http.Conditions;
import io.narthex.index.HotPaths;
import io.narthex.index.SignedPath;
import io.narthex.index.UsedBy;
import io.narthex.nix.store.StorePathHash;
import io.narthex.protocol.AbsentPath;
import io.narthex.protocol.NarInfoResponse;
import io.narthex.protocol.NarUrl;
import io.narthex.protocol.Responses;
import io.narthex.protocol.SourceHeader;
import io.narthex.retention.use.PushSessions;
import io.narthex.retention.use.UseLog;
import io.narthex.transfer.Coding;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Answers a request for a narinfo from memory, where memory knows that the path is there or that it is not. Thread-safe. */
final class HotNarInfos {
    private static final String SUFFIX = ".narinfo";
    private static final int LENGTH = 1 + NarUrl.HASH + SUFFIX.length();

    private final HotPaths hot;
    private final ReadLog reads;
    private final UseLog uses;
    private final PushSessions pushers;
    private final LaneAccess access;
    private final NarInfosAhead ahead;

    HotNarInfos(
            HotPaths hot, ReadLog reads, UseLog uses, PushSessions pushers, LaneAccess access, NarInfosAhead ahead) {
        this.ahead = ahead;
        this.hot = hot;
        this.reads = reads;
        this.uses = uses;
        this.pushers = pushers;
        this.access = access;
    }

    /** Whether a URL's path has the form of a narinfo's: {@code /{hash}.narinfo}. */
    static boolean isMeant(String path) {
        return path.length() == LENGTH && path.endsWith(SUFFIX);
    }

    /** The hash that a URL's path names, if that is read and has the form of one. */
    static @Nullable StorePathHash hash(HttpServerExchange exchange, String path) {
        HttpString method = exchange.getRequestMethod();
        return method.equals(Methods.GET) || method.equals(Methods.HEAD) ? StorePathHash.tryParse(path, 1) : null;
    }

    /** Answers a request of a caller who may read the cache; false when memory does not know the answer. */
    boolean answer(HttpServerExchange exchange, StorePathHash hash, Cache cache) {
        if (hot.isAbsent(cache, hash)) {
            absent(exchange, cache);
            return true;
        }
        SignedPath found = hot.current(cache, hash);
        if (found == null) {
            return false;
        }
        present(exchange, cache, found);
        return true;
    }

    /** Answers with the narinfo of a path that is known to be current. */
    void present(HttpServerExchange exchange, Cache cache, SignedPath path) {
        reads.hit(path.hits(), cache.tenantId(), cache.id(), path.path());
        Long pusher = pusher(exchange, cache);
        notePusher(cache, pusher);
        // a wrong token does not come so far
        boolean token = exchange.getRequestHeaders().contains(Headers.AUTHORIZATION);
        uses.note(path, UsedBy.of(token, pusher != null));
        lookAhead(exchange, cache, path);
        send(exchange, cache, path);
    }

    /** Lets others be asked for what the client may want next. */
    void lookAhead(HttpServerExchange exchange, Cache cache, SignedPath path) {
        if (path.isElsewhere()) {
            ahead.answered(cache, path, () -> access.sharer(exchange));
        }
    }

    /** Answers that the cache has no such path. */
    void absent(HttpServerExchange exchange, Cache cache) {
        reads.miss(cache.tenantId(), cache.id());
        notePusher(cache, pusher(exchange, cache));
        AbsentPath.send(exchange);
    }

    /** The token of who asks before he pushes, where that matters: in a cache that evicts. */
    private @Nullable Long pusher(HttpServerExchange exchange, Cache cache) {
        return cache.evicts() ? access.pusher(exchange, cache) : null;
    }

    private void notePusher(Cache cache, @Nullable Long token) {
        if (token != null) {
            pushers.note(cache, token);
        }
    }

    private static void send(HttpServerExchange exchange, Cache cache, SignedPath path) {
        HeaderMap request = exchange.getRequestHeaders();
        NarInfoResponse response = NarInfoResponse.of(path, Coding.acceptsZstd(request.get(Headers.ACCEPT_ENCODING)));
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.ETAG, response.entityTag());
        headers.put(Headers.LAST_MODIFIED, path.lastModified());
        headers.put(Headers.CACHE_CONTROL, Responses.control(cache, Responses.MINUTES));
        headers.put(Headers.VARY, "Accept-Encoding");
        headers.put(SourceHeader.NAME, path.origin());
        if (response.coded()) {
            headers.put(Headers.CONTENT_ENCODING, Coding.ZSTD);
        }
        boolean known = Conditions.isKnown(
                request.getFirst(Headers.IF_NONE_MATCH),
                request.getFirst(Headers.IF_MODIFIED_SINCE),
                response.entityTag(),
                path.since());
        if (known) {
            exchange.setStatusCode(StatusCodes.NOT_MODIFIED);
            exchange.endExchange();
            return;
        }
        headers.put(Headers.CONTENT_TYPE, Responses.NARINFO_TYPE);
        exchange.setResponseContentLength(response.body().length);
        if (exchange.getRequestMethod().equals(Methods.HEAD)) {
            exchange.endExchange();
        } else {
            exchange.getResponseSender().send(ByteBuffer.wrap(response.body()));
        }
    }
}
