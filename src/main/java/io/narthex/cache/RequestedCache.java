package io.narthex.cache;

import io.narthex.http.BaseUrl;
import io.narthex.http.RequestUrl;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/** Knows the cache that the present request means. */
@RequestScoped
public class RequestedCache {
    @Inject
    private CacheDirectory directory;

    @Inject
    private RequestUrl url;

    /** As it is set now, also behind a long body; empty where the URL names one that is not there, or no more. */
    public Optional<Cache> find() {
        return CacheRouter.cacheOf(ServletRequestContext.requireCurrent().getExchange(), directory.now());
    }

    /**
     * The cache, for what runs only after access was decided.
     *
     * @throws ProblemException 404, where there is none
     */
    public Cache get() {
        return find().orElseThrow(() -> new ProblemException(ProblemType.NOT_FOUND, "No such cache"));
    }

    /** {@code tenant/cache} as the URL has it, also where there is none. */
    public String fullName() {
        CacheRouter.Route route =
                CacheRouter.routeOf(ServletRequestContext.requireCurrent().getExchange());
        return route == null ? directory.now().standard().fullName() : route.name();
    }

    /**
     * What stands before the cache's own paths in URLs, as the request has it: empty for the default cache and at a virtual
     * host, and each of these with {@code /push} behind it where the request has that.
     */
    public String prefix() {
        CacheRouter.Route route =
                CacheRouter.routeOf(ServletRequestContext.requireCurrent().getExchange());
        return route == null ? "" : route.prefix();
    }

    /** The same without {@code /push}: before what people read and fetch. */
    public String place() {
        CacheRouter.Route route =
                CacheRouter.routeOf(ServletRequestContext.requireCurrent().getExchange());
        return route == null ? "" : route.place();
    }

    /** Whether it was asked for at a virtual host, where there is nothing but this cache. */
    public boolean isAtHost() {
        CacheRouter.Route route =
                CacheRouter.routeOf(ServletRequestContext.requireCurrent().getExchange());
        return route != null && route.atHost();
    }

    /** Where clients fetch from this cache, as printed. */
    public BaseUrl base() {
        CacheRouter.Route route =
                CacheRouter.routeOf(ServletRequestContext.requireCurrent().getExchange());
        if (route == null) {
            return url.base();
        }
        // at a host of its own the cache is there and not where NARTHEX_URL says
        return route.atHost() ? url.asSent() : new BaseUrl(url.base().text() + route.place());
    }

    /** Where clients push to it, as printed: another URL, since they remember for a month what they have sent there. */
    public BaseUrl pushBase() {
        return new BaseUrl(base().text() + "/" + CacheRouter.PUSH);
    }
}
