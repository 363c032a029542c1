package io.narthex.access;

import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Target;
import io.narthex.access.token.Token;
import io.narthex.access.token.TokenText;
import io.narthex.cache.Cache;
import io.narthex.http.Right;
import io.narthex.share.Sharer;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers from memory what a request may do, for code that must not block: it uses no proxy, no lock, no file and no
 * database. Thread-safe.
 */
public final class Access {
    /** No token has it as its public id. */
    private static final String ADMINISTRATOR = "administrator";

    private final Callers callers;

    Access(Callers callers) {
        this.callers = callers;
    }

    /**
     * Whether this caller may read this cache, if memory can tell. On false the request takes the usual way, where it is
     * decided.
     *
     * @param authorization the one header of that name; null where there is none, and only then
     */
    public boolean mayPull(@Nullable String authorization, Cache cache) {
        if (authorization == null) {
            return cache.isPublic();
        }
        return may(Right.PULL, authorization, cache);
    }

    /** The same for adding to it. */
    public boolean mayPush(@Nullable String authorization, Cache cache) {
        return authorization != null && may(Right.PUSH, authorization, cache);
    }

    /**
     * The row of the token of a caller who may add to this cache; null where he may not, or memory cannot tell.
     *
     * @param authorization likewise
     */
    public @Nullable Long pusher(@Nullable String authorization, Cache cache) {
        return authorization != null
                        && callers.known(authorization) instanceof Caller.Holder holder
                        && AccessPolicy.decide(Right.PUSH, holder, Target.of(cache)) == Decision.ALLOW
                ? Long.valueOf(holder.token().id())
                : null;
    }

    /**
     * For whom something scarce is used. Whoever memory never knew is a stranger: those are refused soon.
     *
     * @param authorization the first header of that name; null where there is none
     * @param visited whose cache is asked for, if a cache is: tells strangers apart
     */
    public Sharer sharer(@Nullable String authorization, InetAddress address, @Nullable Cache visited) {
        Caller caller = authorization == null ? Caller.NOBODY : callers.guessed(authorization);
        if (caller instanceof Caller.Administrator) {
            return Sharer.ofServer(ADMINISTRATOR, address);
        }
        if (caller instanceof Caller.Holder holder) {
            Token.Owner tenant = holder.token().tenant();
            String id = holder.token().publicId();
            return tenant == null ? Sharer.ofServer(id, address) : Sharer.ofTenant(tenant.id(), id, address);
        }
        return Sharer.ofStranger(visited == null ? "" : Integer.toString(visited.tenantId()), address);
    }

    private boolean may(Right right, String authorization, Cache cache) {
        Caller caller = callers.known(authorization);
        return caller != null && AccessPolicy.decide(right, caller, Target.of(cache)) == Decision.ALLOW;
    }

    /**
     * Whether this caller may push to this cache, where memory could not tell. May read a file, and tokens from the
     * database.
     *
     * @param authorization all headers of that name
     * @throws io.narthex.change.DatabaseAwayException where a token's worth cannot be known now
     */
    public boolean mayPushNow(List<String> authorization, Cache cache) {
        return AccessPolicy.decide(Right.PUSH, callers.of(authorization), Target.of(cache)) == Decision.ALLOW;
    }

    /**
     * Whether this caller may read numbers of all tenants, where memory could not tell.
     *
     * @param authorization all headers of that name
     * @throws io.narthex.change.DatabaseAwayException where a token's worth cannot be known now
     */
    public boolean mayReadMetrics(List<String> authorization) {
        return switch (callers.of(authorization)) {
            case Caller.Nobody nobody -> false;
            case Caller.Refused refused -> false;
            case Caller.Administrator administrator -> true;
            case Caller.Holder holder -> readsMetrics(holder.token());
        };
    }

    private static boolean readsMetrics(Token token) {
        boolean ofAll = token.tenant() == null && token.grant().covers(CachePattern.EVERYTHING);
        return ofAll && (token.grant().has(Scope.METRICS) || token.grant().has(Scope.ADMINISTER));
    }

    /**
     * How the record of downloads names the token of a request that {@link #mayPull}.
     *
     * @param authorization likewise
     */
    public @Nullable String publicId(@Nullable String authorization) {
        return authorization == null ? null : TokenText.publicId(PresentedToken.parse(authorization));
    }
}
