package io.narthex.cache;

import io.narthex.tenant.TenantName;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.AttachmentKey;
import jakarta.servlet.ServletContext;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cache that a request means, by its host or the first two segments of its path, and takes these off: what
 * stands behind sees each cache at {@code /}. A request without the attachment means {@code default/default}, or is none
 * to a cache.
 */
public final class CacheRouter implements ServletExtension {
    /** Name of the attribute of the servlet context that holds the {@link CacheDirectory.Snapshot}'s giver. */
    static final String ATTRIBUTE = CacheRouter.class.getName();

    private static final AttachmentKey<Route> ROUTE = AttachmentKey.create(Route.class);

    /** What is the server's and not a cache's. */
    private static final Set<String> NOT_OF_CACHES = Set.of("api", "console");

    /**
     * Where a request goes.
     *
     * @param cache empty where there is none of that name
     * @param name {@code tenant/cache}, as the URL has it or as the host stands for
     * @param prefix what was taken off the path: empty at a virtual host
     */
    record Route(Optional<Cache> cache, String name, String prefix) {}

    /** Gives the caches as they stand now. */
    interface Directory {
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

    /** The cache that a request means; empty where the URL names one that is not there. */
    public static Optional<Cache> cacheOf(HttpServerExchange exchange, CacheDirectory.Snapshot caches) {
        Route route = routeOf(exchange);
        return route == null ? Optional.of(caches.standard()) : route.cache();
    }

    static void route(HttpServerExchange exchange, CacheDirectory.Snapshot caches) {
        String path = exchange.getRelativePath();
        if (caches.hasHosts()) {
            Cache atHost = caches.atHost(host(exchange));
            if (atHost != null) {
                exchange.putAttachment(ROUTE, new Route(Optional.of(atHost), atHost.fullName(), ""));
                if (NOT_OF_CACHES.contains(segment(path, 0))) {
                    // no resource has such a URL, so that it is as absent as any other
                    exchange.setRequestURI("/-" + path);
                    rewrite(exchange, "/-" + path);
                }
                return;
            }
        }
        int second = path.indexOf('/', 1);
        if (second < 0 || path.charAt(0) != '/') {
            return;
        }
        int third = path.indexOf('/', second + 1);
        int end = third < 0 ? path.length() : third;
        String name = path.substring(1, end);
        Optional<Cache> cache = caches.find(name);
        boolean named = cache.isPresent()
                || (TenantName.tryParse(path.substring(1, second)).isPresent()
                        && CacheName.tryParse(path.substring(second + 1, end)).isPresent());
        if (named
                && !NOT_OF_CACHES.contains(segment(path, end))
                && exchange.getRequestURI().startsWith("/" + name)) {
            exchange.putAttachment(ROUTE, new Route(cache, name, "/" + name));
            String raw = exchange.getRequestURI().substring(end);
            exchange.setRequestURI(raw.isEmpty() ? "/" : raw);
            rewrite(exchange, third < 0 ? "/" : path.substring(end));
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
