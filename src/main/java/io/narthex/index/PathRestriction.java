package io.narthex.index;

import io.narthex.cache.Cache;

/**
 * Decides which paths a cache may not give out although it has them. {@link PathIndex} asks it for each path that it gives to
 * anybody, so that no surface can forget to. Thread-safe.
 */
public interface PathRestriction {
    /** Whether it is known that the cache may give the path out. Never waits: the IO threads ask it. */
    boolean isOpen(Cache cache, SignedPath path);

    /**
     * Whether the cache may not give the path out, to somebody who asks for it; that is recorded.
     *
     * @throws io.narthex.change.DatabaseAwayException where it cannot be known
     */
    boolean withholds(Cache cache, SignedPath path);

    /** The object itself, no proxy. */
    PathRestriction unproxied();
}
