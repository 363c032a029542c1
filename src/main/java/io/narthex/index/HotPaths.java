package io.narthex.index;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.change.DatabasePulse;
import io.narthex.localstore.NixDatabase;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What this node remembers of the index. Thread-safe, never blocks on the database: the IO threads ask it.
 *
 * <p>An entry counts only while it is known to be current; then its answer is as good as the database's.
 */
public final class HotPaths {
    /** Bytes of narinfos kept; an eighth of the heap that the launcher gives. */
    private static final long WEIGHT = 64L << 20;
    /** What an entry costs besides its narinfo, roughly. */
    private static final int OVERHEAD = 1_000;

    private static final long NARS = 200_000;

    private final NixDatabase nix;
    private final DatabasePulse.Beat beat;
    private final Cache<StorePathHash, SignedPath> paths = Caffeine.newBuilder()
            .maximumWeight(WEIGHT)
            .weigher((StorePathHash hash, SignedPath path) -> path.narInfo().length + OVERHEAD)
            .build();
    private final Cache<NixHash, StorePathHash> nars =
            Caffeine.newBuilder().maximumSize(NARS).build();
    private volatile @Nullable Presence presence;

    /** Every hash that the store had in one state of its database. */
    private record Presence(PresenceSet hashes, long maxId, long stamp, String identity) {}

    HotPaths(NixDatabase nix, DatabasePulse.Beat beat) {
        this.nix = nix;
        this.beat = beat;
    }

    /** The path, if it is remembered and known to be current; null says nothing about whether it exists. */
    public @Nullable SignedPath current(StorePathHash hash) {
        SignedPath known = paths.getIfPresent(hash);
        return known != null && beat.isRemembered() && known.stamp() == nix.stamp() ? known : null;
    }

    /** Whether it is known that there is no such path now; costs next to nothing for one that is present. */
    public boolean isAbsent(StorePathHash hash) {
        Presence known = presence;
        return known != null && !known.hashes.mayContain(hash) && beat.isHeard() && known.stamp == nix.stamp();
    }

    /** Whether the presence of paths is known at all, for readiness. */
    boolean isLoaded() {
        return presence != null;
    }

    /** Remembered, current or not. */
    Optional<SignedPath> remembered(StorePathHash hash) {
        return Optional.ofNullable(paths.getIfPresent(hash));
    }

    /** A path whose NAR has this hash; {@link #current} says whether it still is one. */
    public Optional<StorePathHash> byNar(NixHash narHash) {
        return Optional.ofNullable(nars.getIfPresent(narHash));
    }

    void remember(SignedPath path) {
        paths.put(path.path().path().hash(), path);
        nars.put(path.narHash(), path.path().path().hash());
    }

    void forget(StorePathHash hash) {
        paths.invalidate(hash);
    }

    /** Brings the presence of paths up to the store's state now: what was registered since is added. */
    synchronized void catchUp() {
        long stamp = nix.stamp();
        Presence known = presence;
        if (known != null && known.stamp == stamp) {
            return;
        }
        String identity = nix.identity();
        // in another database the numbers stand for other paths
        boolean same = known != null && known.identity.equals(identity) && known.maxId <= nix.lastGivenId();
        Presence base = known != null && same ? known : new Presence(new PresenceSet(), 0, stamp, identity);
        PresenceSet hashes = base.hashes;
        long[] max = {base.maxId};
        nix.presence(max[0], (id, hash) -> {
            hashes.add(hash);
            max[0] = Math.max(max[0], id);
        });
        presence = new Presence(hashes, max[0], stamp, identity);
    }

    /** Forgets what the store no longer has, and counts its paths anew. */
    synchronized void reload() {
        presence = null;
        catchUp();
    }
}
