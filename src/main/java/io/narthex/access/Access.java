package io.narthex.access;

import io.narthex.cache.Cache;
import io.narthex.http.Right;
import org.jspecify.annotations.Nullable;

/**
 * What the fast lane asks: no proxy, no lock, no file, no database. A thread that must not block may ask. Thread-safe.
 */
public final class Access {
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

    private boolean may(Right right, String authorization, Cache cache) {
        Caller caller = callers.known(authorization);
        return caller != null && AccessPolicy.decide(right, caller, Target.of(cache)) == Decision.ALLOW;
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
