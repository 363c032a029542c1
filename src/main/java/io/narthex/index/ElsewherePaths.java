package io.narthex.index;

import io.narthex.cache.Cache;
import java.util.Collection;

/** Keeps what other caches have for as long as something that was pushed refers to it. A CDI bean of a package above implements it. */
public interface ElsewherePaths {
    /**
     * A path is about to be published that refers to these, which the cache shows from elsewhere. What they refer to is kept
     * too, and what is not stored here yet is fetched.
     */
    void hold(Cache cache, Collection<SignedPath> paths);
}
