package io.narthex.access;

import io.narthex.access.token.Target;
import io.narthex.access.token.TokenDirectory;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.cache.RequestedCache;
import io.narthex.http.RequestStart;
import io.narthex.http.Right;
import io.narthex.key.KeyRing;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides who may push into which cache, and decides again when the body has come. Thread-safe. */
@ApplicationScoped
public class PushRights {
    @Inject
    private Callers callers;

    @Inject
    private CacheDirectory directory;

    @Inject
    private TokenDirectory tokens;

    @Inject
    private KeyRing keys;

    @Inject
    private RequestedCache requested;

    /** The right of the request at hand, to be had before its body is read. */
    public PushRight present() {
        return of(ServletRequestContext.requireCurrent().getExchange(), requested.get());
    }

    /**
     * The right of a request that the servlets may not have yet.
     *
     * @throws AccessRefusedException where it has none
     */
    public PushRight of(HttpServerExchange exchange, Cache cache) {
        HeaderValues authorization = exchange.getRequestHeaders().get(Headers.AUTHORIZATION);
        List<String> all = authorization == null ? List.of() : List.copyOf(authorization);
        return decide(new PushRight.Asked(all, RequestStart.of(exchange)), cache);
    }

    /** A cache that has got the name of a deleted one is another. */
    PushRight decide(PushRight.Asked asked, Cache cache) {
        Optional<Cache> now = directory.now().find(cache.id()).map(c -> c.seenLike(cache));
        Target target = Target.of(now, cache.fullName());
        Caller caller = callers.of(asked.authorization(), asked.begun());
        Decision decision = AccessPolicy.decide(Right.PUSH, caller, target);
        if (decision != Decision.ALLOW || now.isEmpty()) {
            // to the administrator, who may do all, there is nothing either
            Decision said = decision == Decision.ALLOW ? Decision.HIDE : decision;
            throw new AccessRefusedException(said, Right.PUSH, caller, target);
        }
        return new PushRight(this, asked, now.get(), caller, List.of());
    }

    /** Reads anew what the database knows better than this node's memory. */
    void refresh(@Nullable Long token) {
        directory.reload();
        keys.readRevoked();
        if (token != null) {
            tokens.tokens().mark(token);
        }
    }
}
