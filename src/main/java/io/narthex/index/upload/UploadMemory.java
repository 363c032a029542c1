package io.narthex.index.upload;

import io.narthex.cache.Cache;
import io.narthex.change.Heartbeat;
import io.narthex.index.PresenceSet;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceMemory;
import io.narthex.nix.store.StorePathHash;
import org.jspecify.annotations.Nullable;

/** Remembers which hashes were pushed into which cache, as far as this node knows. */
final class UploadMemory implements SourceMemory {
    private final Heartbeat heartbeat;
    private volatile @Nullable PresenceSet known;

    UploadMemory(Heartbeat heartbeat) {
        this.heartbeat = heartbeat;
    }

    @Override
    public String name() {
        return "uploads";
    }

    @Override
    public boolean isOfUploads() {
        return true;
    }

    /** Known only while no other node takes pushes. */
    @Override
    public boolean isAbsent(Cache cache, StorePathHash hash) {
        if (!cache.takesUploads()) {
            return true;
        }
        PresenceSet all = known;
        return all != null && !all.mayContain(cache.id(), hash) && heartbeat.isHeard() && heartbeat.isAlone();
    }

    /** A path that changes is forgotten. */
    @Override
    public boolean isCurrent(Cache cache, SignedPath path) {
        return cache.takesUploads();
    }

    @Override
    public boolean isLoaded() {
        return known != null;
    }

    synchronized void add(int cacheId, StorePathHash hash) {
        PresenceSet all = known;
        if (all != null) {
            all.add(cacheId, hash);
        }
    }

    /** Every upload there is; what changes while it is read is told by the feed again. */
    synchronized void replace(PresenceSet all) {
        known = all;
    }
}
