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
    private volatile boolean loaded;
    /** What is being read, where {@link #known} is not; guarded by this. */
    private @Nullable Reading reading;

    /** Takes all uploads there are, one after the other, while what changes is added beside them. */
    final class Reading {
        private final PresenceSet hashes = new PresenceSet();

        void add(int cacheId, StorePathHash hash) {
            synchronized (UploadMemory.this) {
                hashes.add(cacheId, hash);
            }
        }

        /** All were read. Nothing happens where another reading has begun since. */
        void end() {
            synchronized (UploadMemory.this) {
                if (isLast()) {
                    known = hashes;
                    loaded = true;
                    reading = null;
                }
            }
        }

        boolean isLast() {
            synchronized (UploadMemory.this) {
                return reading == this;
            }
        }
    }

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
        return lacks(cache.id(), hash) && heartbeat.isHeard() && heartbeat.isAlone();
    }

    /** Whether this node knows of no such upload, and would. */
    boolean lacks(int cacheId, StorePathHash hash) {
        PresenceSet all = known;
        return all != null && !all.mayContain(cacheId, hash);
    }

    /** A path that changes is forgotten. */
    @Override
    public boolean isCurrent(Cache cache, SignedPath path) {
        return cache.takesUploads();
    }

    /** Whether it ever was: while it is read again the database is asked. */
    @Override
    public boolean isLoaded() {
        return loaded;
    }

    synchronized void add(int cacheId, StorePathHash hash) {
        PresenceSet all = known;
        Reading now = reading;
        if (all != null) {
            all.add(cacheId, hash);
        } else if (now != null) {
            now.hashes.add(cacheId, hash);
        }
    }

    /** What was known counts no more. The caller reads every upload there is after this call, and what it adds is whole then. */
    synchronized Reading begin() {
        Reading begun = new Reading();
        known = null;
        reading = begun;
        return begun;
    }
}
