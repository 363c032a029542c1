package io.narthex.upstream.caches;

import io.narthex.cache.Cache;
import io.narthex.cache.OtherSource;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceMemory;
import io.narthex.nix.store.StorePathHash;

/** Knows from memory whether one path of another cache may still be shown: that cache's own memory says so. Thread-safe. */
final class CacheSourceMemory implements SourceMemory {
    private final CacheSources.Shown shown;
    private final OtherSource.OfCache source;
    private final SignedPath theirs;
    private final long version;
    private final String name;

    /**
     * @param theirs the path as the other cache gives it out
     * @param version of the cache that shows it: with other settings other sources come first
     */
    CacheSourceMemory(CacheSources.Shown shown, OtherSource.OfCache source, SignedPath theirs, long version) {
        this.shown = shown;
        this.source = source;
        this.theirs = theirs;
        this.version = version;
        this.name = source.text();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isElsewhere() {
        return true;
    }

    @Override
    public boolean isOfUploads() {
        return theirs.isUploaded();
    }

    @Override
    public boolean isAbsent(Cache cache, StorePathHash hash) {
        return false;
    }

    /** What that cache remembers is the very same: whatever changes there makes it forget this one. */
    @Override
    public boolean isCurrent(Cache cache, SignedPath path) {
        if (!cache.showsOthers() || cache.version() != version) {
            return false;
        }
        Cache other = shown.of(cache, source);
        return other != null && shown.hot().current(other, path.path().hash()) == theirs;
    }

    @Override
    public boolean isLoaded() {
        return true;
    }
}
