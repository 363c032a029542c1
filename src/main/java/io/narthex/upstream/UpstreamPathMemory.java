package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceMemory;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.store.StorePathHash;
import java.util.Optional;

/** Knows from memory whether one path of an upstream may still be shown. Thread-safe. */
final class UpstreamPathMemory implements SourceMemory {
    private final UpstreamDirectory.Known known;
    private final Upstream upstream;
    private final Optional<PublicKey> key;
    private final long version;
    private final RecentUses uses;

    /**
     * @param key of the upstream, by which the path stands; empty: by its contents
     * @param version of the cache that shows it: with other settings other sources come first
     */
    UpstreamPathMemory(
            UpstreamDirectory.Known known, Upstream upstream, Optional<PublicKey> key, long version, RecentUses uses) {
        this.known = known;
        this.upstream = upstream;
        this.key = key;
        this.version = version;
        this.uses = uses;
    }

    @Override
    public boolean isElsewhere() {
        return true;
    }

    @Override
    public String name() {
        return "upstream:" + upstream.name();
    }

    @Override
    public boolean isAbsent(Cache cache, StorePathHash hash) {
        return false;
    }

    @Override
    public boolean isCurrent(Cache cache, SignedPath path) {
        boolean shown = cache.version() == version
                && known.of(cache, upstream.id())
                        .filter(now -> key.map(now.keys()::contains).orElse(true))
                        .isPresent();
        if (shown) {
            uses.add(path.rowId());
        }
        return shown;
    }

    @Override
    public boolean isLoaded() {
        return true;
    }
}
