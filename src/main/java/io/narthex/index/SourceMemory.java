package io.narthex.index;

import io.narthex.cache.Cache;
import io.narthex.nix.store.StorePathHash;

/** Knows from memory what one {@link PathSource} has and has not. Thread-safe, never waits: the IO threads ask it. */
public interface SourceMemory {
    /** The source, as a cache's settings and the header {@code X-Narthex-Source} name it. */
    String name();

    /** Whether its paths were pushed into a cache, so that {@link SignedPath#rowId} is the row of an upload. */
    default boolean isOfUploads() {
        return false;
    }

    /** Whether its paths are another cache's. */
    default boolean isElsewhere() {
        return false;
    }

    /** Whether it is known that the cache has no such path from this source now; false where it is not known. */
    boolean isAbsent(Cache cache, StorePathHash hash);

    /**
     * Whether what was remembered still holds: the cache shows the source, and the source still has the path.
     *
     * @param path from this source
     */
    boolean isCurrent(Cache cache, SignedPath path);

    /** Whether it knows what is present at all, for readiness. */
    boolean isLoaded();
}
