package io.narthex.index.local;

import io.narthex.cache.Cache;
import io.narthex.change.Heartbeat;
import io.narthex.index.PresenceSet;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceMemory;
import io.narthex.localstore.NixDatabase;
import io.narthex.nix.store.StorePathHash;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which hashes this machine's store had in one state of Nix's database, and asks each time whether it is
 * still in that state.
 */
public final class LocalMemory implements SourceMemory {
    /** The store's paths are the same for all caches. */
    private static final int OWNER = 0;

    private final NixDatabase nix;
    private final Heartbeat heartbeat;
    private volatile @Nullable State known;

    private record State(PresenceSet hashes, long maxId, long stamp, String identity) {}

    /**
     * Knows nothing yet.
     *
     * @param nix the store's database
     */
    public LocalMemory(NixDatabase nix, Heartbeat heartbeat) {
        this.nix = nix;
        this.heartbeat = heartbeat;
    }

    @Override
    public String name() {
        return "local-store";
    }

    @Override
    public boolean isAbsent(Cache cache, StorePathHash hash) {
        return !cache.showsLocalStore() || isAbsent(hash);
    }

    private boolean isAbsent(StorePathHash hash) {
        State state = known;
        // the set first: it costs least, and says enough of what is present
        return state != null
                && !state.hashes.mayContain(OWNER, hash)
                && heartbeat.isHeard()
                && state.stamp == nix.stamp();
    }

    @Override
    public boolean isCurrent(Cache cache, SignedPath path) {
        return cache.showsLocalStore() && path.stamp() == nix.stamp();
    }

    /** How many paths the store had when they were last counted, and those that came since. */
    int size() {
        State state = known;
        return state == null ? 0 : state.hashes.size();
    }

    @Override
    public boolean isLoaded() {
        return known != null;
    }

    /**
     * Brings it up to the store's state now: what was registered since is added.
     *
     * @throws io.narthex.localstore.StoreUnreadableException when Nix's database cannot be read
     */
    public synchronized void catchUp() {
        long stamp = nix.stamp();
        State state = known;
        if (state != null && state.stamp == stamp) {
            return;
        }
        String identity = nix.identity();
        // in another database the numbers stand for other paths
        boolean same = state != null && state.identity.equals(identity) && state.maxId <= nix.lastGivenId();
        State base = state != null && same ? state : new State(new PresenceSet(), 0, stamp, identity);
        PresenceSet hashes = base.hashes;
        long[] max = {base.maxId};
        nix.presence(max[0], (id, hash) -> {
            hashes.add(OWNER, hash);
            max[0] = Math.max(max[0], id);
        });
        known = new State(hashes, max[0], stamp, identity);
    }

    /** Forgets what the store no longer has, and counts its paths anew. */
    synchronized void reload() {
        known = null;
        catchUp();
    }
}
