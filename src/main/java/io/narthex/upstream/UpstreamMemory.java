package io.narthex.upstream;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.narthex.cache.Cache;
import io.narthex.cache.OtherSource;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceMemory;
import io.narthex.nix.store.StorePathHash;
import io.narthex.upstream.caches.CacheSources;
import java.time.Duration;

/**
 * Remembers which paths no upstream of a cache has, each for as long as those say; what other caches do not have their own
 * memory knows. Thread-safe.
 */
final class UpstreamMemory implements SourceMemory {
    /** Of 100 bytes each. */
    private static final int KEPT = 100_000;

    private final UpstreamDirectory.Known known;
    private final CacheSources.Shown caches;
    private final com.github.benmanes.caffeine.cache.Cache<Key, Absence> absent = Caffeine.newBuilder()
            .maximumSize(KEPT)
            .expireAfter(Expiry.<Key, Absence>creating((key, absence) -> absence.lasting()))
            .build();

    private record Key(int cacheId, StorePathHash hash) {}

    /** @param version of the upstreams that said so, and of the cache that lists them */
    private record Absence(long version, long cacheVersion, Duration lasting) {}

    UpstreamMemory(UpstreamDirectory.Known known, CacheSources.Shown caches) {
        this.known = known;
        this.caches = caches;
    }

    @Override
    public boolean isElsewhere() {
        return true;
    }

    @Override
    public String name() {
        return "upstream";
    }

    /** Also where a cache shows none: that is the first question, and costs nothing. */
    @Override
    public boolean isAbsent(Cache cache, StorePathHash hash) {
        return !cache.showsOthers() || (caches.areWithout(cache, hash) && areUpstreamsWithout(cache, hash));
    }

    private boolean areUpstreamsWithout(Cache cache, StorePathHash hash) {
        boolean none = true;
        for (OtherSource source : cache.others()) {
            none &= !(source instanceof OtherSource.OfUpstream);
        }
        if (none) {
            return true;
        }
        Absence absence = absent.getIfPresent(new Key(cache.id(), hash));
        return absence != null && absence.version == known.version() && absence.cacheVersion == cache.version();
    }

    /** Paths have a memory of their own: {@link UpstreamPathMemory}. */
    @Override
    public boolean isCurrent(Cache cache, SignedPath path) {
        return false;
    }

    @Override
    public boolean isLoaded() {
        return known.isLoaded();
    }

    /** They all said that they do not have it. */
    void remember(Cache cache, StorePathHash hash, long version, Duration lasting) {
        if (!lasting.isZero()) {
            absent.put(new Key(cache.id(), hash), new Absence(version, cache.version(), lasting));
        }
    }

    /** It may be here now. */
    void forget(int cacheId, StorePathHash hash) {
        absent.invalidate(new Key(cacheId, hash));
    }
}
