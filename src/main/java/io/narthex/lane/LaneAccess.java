package io.narthex.lane;

import io.narthex.access.Access;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheRouter;
import io.narthex.share.Sharer;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Says who sends a request and what they may do with the cache that its URL means, from memory. Thread-safe. */
final class LaneAccess {
    private static final String API = "/api/";

    private final Access access;
    private final CacheRouter.Directory caches;

    LaneAccess(Access access, CacheRouter.Directory caches) {
        this.access = access;
        this.caches = caches;
    }

    /** For whom a request uses what is scarce. */
    Sharer sharer(HttpServerExchange exchange) {
        boolean api = exchange.getRelativePath().startsWith(API);
        Cache visited = api ? null : cache(exchange).orElse(null);
        return access.sharer(
                exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION),
                exchange.getSourceAddress().getAddress(),
                visited);
    }

    /** The public id of the token that a request shows; null: none, or no valid one. */
    @Nullable
    String publicId(HttpServerExchange exchange) {
        return access.publicId(exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION));
    }

    /** The cache that is meant, if memory knows that the caller may read it; null where access is still to be decided. */
    @Nullable
    Cache readable(HttpServerExchange exchange) {
        return cache(exchange, access::mayPull);
    }

    /** The cache that is meant, if memory knows that the caller may add to it; null where access is still to be decided. */
    @Nullable
    Cache writable(HttpServerExchange exchange) {
        return cache(exchange, access::mayPush);
    }

    /** The row of the token of a caller who may read the cache and add to it; null where he may not, or memory cannot tell. */
    @Nullable
    Long pusher(HttpServerExchange exchange, Cache cache) {
        return access.pusher(exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION), cache);
    }

    /** Whether the caller may add to the cache, decided now, on a thread that may wait for the database. */
    boolean mayPushNow(HttpServerExchange exchange) {
        Cache cache = cache(exchange).orElse(null);
        HeaderValues authorization = exchange.getRequestHeaders().get(Headers.AUTHORIZATION);
        try {
            return cache != null && authorization != null && access.mayPushNow(authorization, cache);
        } catch (RuntimeException e) {
            // the resource meets the same, and says so
            return false;
        }
    }

    /** The cache that is meant, whoever asks; empty where there is none, or no more. */
    Optional<Cache> cache(HttpServerExchange exchange) {
        return CacheRouter.cacheOf(exchange, caches.now());
    }

    private @Nullable Cache cache(HttpServerExchange exchange, BiPredicate<@Nullable String, Cache> may) {
        Cache cache = cache(exchange).orElse(null);
        HeaderValues authorization = exchange.getRequestHeaders().get(Headers.AUTHORIZATION);
        boolean told = authorization == null || authorization.size() == 1;
        return cache != null && told && may.test(authorization == null ? null : authorization.getFirst(), cache)
                ? cache
                : null;
    }
}
