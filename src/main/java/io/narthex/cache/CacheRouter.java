package io.narthex.cache;

import io.narthex.tenant.ReservedNames;
import io.narthex.tenant.TenantName;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cache that a request means, by its host or by the first two segments of its path, and takes these segments
 * off: what stands behind sees each cache at {@code /}. Below {@code /push/} at each of these places there is the same
 * cache with its uploads alone. A request without this class's attachment means {@code default/default}, or no cache at
 * all.
 */
public final class CacheRouter implements ServletExtension {
    /** Name of the attribute of the servlet context that holds the {@link CacheDirectory.Snapshot}'s giver. */
    static final String ATTRIBUTE = CacheRouter.class.getName();

    private static final AttachmentKey<Route> ROUTE = AttachmentKey.create(Route.class);

    /** What is the server's and not a cache's. */
    private static final Set<String> NOT_OF_CACHES = Set.of("api", "console");

    /** Below it a cache shows what was uploaded to it and nothing else, so that clients push all that it lacks. */
    static final String PUSH = "push";

    /**
     * Where a request goes.
     *
     * @param cache empty where there is none of that name
     * @param name {@code tenant/cache}, as the URL has it or as the host stands for
     * @param atHost whether the host stands for it
     * @param place where the cache is below the server's root, or its host's
     * @param prefix what was taken off the path: the place, and {@code /push} behind it where that was asked for
     */
    record Route(Optional<Cache> cache, String name, boolean atHost, String place, String prefix) {}

    /** Gives the caches as they stand now. */
    public interface Directory {
        CacheDirectory.Snapshot now();
    }

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(next -> exchange -> handle(exchange, next, context));
    }

    private static void handle(HttpServerExchange exchange, HttpHandler next, ServletContext context) throws Exception {
        if (context.getAttribute(ATTRIBUTE) instanceof Directory directory) {
            route(exchange, directory.now());
        }
        next.handleRequest(exchange);
    }

    /** The route of a request; null for the default cache at its own place and for all that is no cache's. */
    static @Nullable Route routeOf(HttpServerExchange exchange) {
        return exchange.getAttachment(ROUTE);
    }

    /** The cache that a request means, as these caches have it; empty where the URL names one that is not there, or no more. */
    public static Optional<Cache> cacheOf(HttpServerExchange exchange, CacheDirectory.Snapshot caches) {
        Route route = routeOf(exchange);
        return route == null
                ? caches.atRoot()
                : route.cache().flatMap(cache -> caches.find(cache.id()).map(now -> now.seenLike(cache)));
    }

    static void route(HttpServerExchange exchange, CacheDirectory.Snapshot caches) {
        String path = exchange.getRelativePath();
        if (caches.hasHosts()) {
            Cache atHost = caches.atHost(host(exchange));
            if (atHost != null) {
                exchange.addResponseCommitListener(CacheRouter::tellThatTheHostCounts);
                if (NOT_OF_CACHES.contains(segment(path, 0)) || !caches.isServed(atHost)) {
                    hide(exchange);
                }
                enter(exchange, Optional.of(atHost), atHost.fullName(), true, "");
                return;
            }
        }
        Optional<Cache> standard = caches.atRoot();
        boolean pushOfStandard = isPush(exchange, "") && isOfNoTenant(segment(path, 1 + PUSH.length()), caches);
        if (pushOfStandard && standard.isPresent()) {
            enter(exchange, standard, standard.get().fullName(), false, "");
            return;
        }
        boolean named = !pushOfStandard && routeByName(exchange, path, caches);
        if (!named && standard.isEmpty() && !NOT_OF_CACHES.contains(segment(path, 0))) {
            hide(exchange);
        }
    }

    /** Tells whether the path names a cache, be it there or not, that is not switched off. */
    private static boolean routeByName(HttpServerExchange exchange, String path, CacheDirectory.Snapshot caches) {
        int second = path.indexOf('/', 1);
        if (second < 0 || path.charAt(0) != '/') {
            return false;
        }
        int third = path.indexOf('/', second + 1);
        int end = third < 0 ? path.length() : third;
        String name = path.substring(1, end);
        Optional<Cache> cache = caches.find(name);
        boolean named = cache.isPresent()
                || (TenantName.tryParse(path.substring(1, second)).isPresent()
                        && CacheName.tryParse(path.substring(second + 1, end)).isPresent());
        boolean routed = named
                && cache.map(caches::isServed).orElse(true)
                && !NOT_OF_CACHES.contains(segment(path, end))
                && exchange.getRequestURI().startsWith("/" + name);
        if (routed) {
            enter(exchange, cache, name, false, "/" + name);
        }
        return routed;
    }

    /** No resource has such a URL: it is as absent as any other. */
    private static void hide(HttpServerExchange exchange) {
        String path = exchange.getRelativePath();
        exchange.setRequestURI("/-" + exchange.getRequestURI());
        rewrite(exchange, "/-" + path);
    }

    /** Hands the request to a cache, without what stands before the cache's own URLs. */
    private static void enter(
            HttpServerExchange exchange, Optional<Cache> cache, String name, boolean atHost, String place) {
        boolean push = isPush(exchange, place);
        String prefix = push ? place + "/" + PUSH : place;
        Optional<Cache> seen = push ? cache.map(Cache::asUploadsAlone) : cache;
        exchange.putAttachment(ROUTE, new Route(seen, name, atHost, place, prefix));
        if (!prefix.isEmpty()) {
            exchange.setRequestURI(behind(exchange.getRequestURI(), prefix));
            rewrite(exchange, behind(exchange.getRelativePath(), prefix));
        }
    }

    private static String behind(String path, String prefix) {
        return path.length() == prefix.length() ? "/" : path.substring(prefix.length());
    }

    /** Whether a request is for what is below {@code /push/} in this place. */
    private static boolean isPush(HttpServerExchange exchange, String place) {
        String path = exchange.getRelativePath();
        int end = place.length() + 1 + PUSH.length();
        return segment(path, place.length()).equals(PUSH)
                && isWhole(exchange.getRequestURI(), place + "/" + PUSH)
                && !NOT_OF_CACHES.contains(segment(path, end));
    }

    /** Whether a path has these segments first, as they are: what is written with escapes is not taken off. */
    private static boolean isWhole(String path, String segments) {
        return path.startsWith(segments)
                && (path.length() == segments.length() || path.charAt(segments.length()) == '/');
    }

    /** Whether no cache can be meant by {@code /push/} and this: a tenant of an earlier version may be called so. */
    private static boolean isOfNoTenant(String segment, CacheDirectory.Snapshot caches) {
        return caches.find(PUSH + "/" + segment).isEmpty()
                && (ReservedNames.contain(segment)
                        || CacheName.tryParse(segment).isEmpty());
    }

    /** At another host the same path is another cache's: a proxy that keeps answers must not mix them. */
    private static void tellThatTheHostCounts(HttpServerExchange exchange) {
        HeaderMap headers = exchange.getResponseHeaders();
        HeaderValues told = headers.get(Headers.VARY);
        if (told == null) {
            headers.put(Headers.VARY, "Host");
        } else if (told.stream()
                .noneMatch(names -> List.of(names.split("[, ]+")).contains("Host"))) {
            headers.put(Headers.VARY, String.join(", ", told) + ", Host");
        }
    }

    private static void rewrite(HttpServerExchange exchange, String path) {
        exchange.setRequestPath(path);
        exchange.setRelativePath(path);
    }

    private static String segment(String path, int from) {
        if (from >= path.length()) {
            return "";
        }
        int end = path.indexOf('/', from + 1);
        return path.substring(from + 1, end < 0 ? path.length() : end);
    }

    private static String host(HttpServerExchange exchange) {
        String host = exchange.getHostName();
        if (host == null) {
            return "";
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return name.toLowerCase(Locale.ROOT);
    }
}
