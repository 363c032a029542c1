package io.narthex.access;

import io.narthex.access.token.Scope;
import io.narthex.access.token.Target;
import io.narthex.access.token.Token;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/whoami}: says which token the caller sends and what that token may do. It answers the question "why do
 * I get 404".
 */
@Path("/api/v1/whoami")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class WhoamiResource {
    /** More would be a list, which the caches' own is. */
    private static final int MOST_CACHES = 1_000;

    @Inject
    PresentCaller caller;

    @Inject
    CacheDirectory caches;

    /**
     * Who asks.
     *
     * @param id of the token; null for the administrator's file and for nobody
     * @param tenant whose the token is; null: the server's
     * @param scopes as they were given
     * @param patterns the caches that it is for, as they were given; empty: all
     * @param caches what it may do where
     */
    record WhoamiResponse(
            boolean authenticated,
            boolean administrator,
            @Nullable String id,
            @Nullable String note,
            @Nullable String tenant,
            List<String> scopes,
            List<String> patterns,
            @Nullable Instant expiresAt,
            List<Allowed> caches) {}

    /** What may be done with a cache. */
    record Allowed(String cache, List<String> may) {}

    @GET
    @Requires(Right.NOTHING)
    public Response get() {
        Caller who = caller.get();
        Token token = who instanceof Caller.Holder holder ? holder.token() : null;
        Token.Owner owner = token == null ? null : token.tenant();
        WhoamiResponse answer = new WhoamiResponse(
                !(who instanceof Caller.Nobody),
                caller.isServerAdministrator(),
                token == null ? null : token.publicId(),
                token == null ? null : token.note(),
                owner == null ? null : owner.name(),
                token == null
                        ? List.of()
                        : token.grant().scopes().stream()
                                .sorted()
                                .map(Scope::text)
                                .toList(),
                token == null ? List.of() : token.caches(),
                token == null ? null : token.expiresAt(),
                allowed(who));
        return Response.ok(answer).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
    }

    /** Only of caches that the token is for: a list of what is public would name other tenants. */
    private List<Allowed> allowed(Caller who) {
        return caches.now().all().stream()
                .filter(cache -> AccessPolicy.decide(Right.VIEW_CACHE, who, Target.of(cache)) == Decision.ALLOW)
                .sorted(Comparator.comparing(Cache::fullName))
                .limit(MOST_CACHES)
                .map(cache -> new Allowed(cache.fullName(), may(who, cache)))
                .toList();
    }

    private static Right right(Scope scope) {
        return switch (scope) {
            case PULL -> Right.PULL;
            case PUSH -> Right.PUSH;
            case DELETE -> Right.DELETE;
            case PROMOTE -> Right.PROMOTE;
            case GATE -> Right.GATE;
            case DENY -> Right.DENY;
            // of no cache: the numbers are of all
            case METRICS -> Right.ADMINISTER_SERVER;
            case ADMINISTER -> Right.ADMINISTER_CACHE;
            case PIN -> Right.PIN;
            case AUDIT -> Right.AUDIT_CACHE;
        };
    }

    private static List<String> may(Caller who, Cache cache) {
        return Stream.of(Scope.values())
                .filter(scope -> scope != Scope.METRICS)
                .filter(scope -> AccessPolicy.decide(right(scope), who, Target.of(cache)) == Decision.ALLOW)
                .map(Scope::text)
                .toList();
    }
}
