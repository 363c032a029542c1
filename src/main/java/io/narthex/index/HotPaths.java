package io.narthex.index;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.cache.Cache;
import io.narthex.change.Heartbeat;
import io.narthex.localstore.NixDatabase;
import io.narthex.nix.store.StorePathHash;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
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

    private static final long FILES = 200_000;
    /** Counters of changes: two paths that share one cost at most a look-up more. */
    private static final int TICKETS = 1 << 10;

    private final NixDatabase nix;
    private final Heartbeat beat;
    private final com.github.benmanes.caffeine.cache.Cache<PathKey, SignedPath> paths = Caffeine.newBuilder()
            .maximumWeight(WEIGHT)
            .weigher((PathKey key, SignedPath path) -> path.narInfo().length + OVERHEAD)
            .build();
    private final com.github.benmanes.caffeine.cache.Cache<FileKey, StorePathHash> files =
            Caffeine.newBuilder().maximumSize(FILES).build();
    private final AtomicLongArray changes = new AtomicLongArray(TICKETS);
    private volatile @Nullable LocalPresence local;
    private volatile @Nullable PresenceSet uploads;

    private record PathKey(int cacheId, StorePathHash hash) {}

    private record FileKey(int cacheId, String fileName) {}

    /** Every hash that the store had in one state of its database. */
    private record LocalPresence(PresenceSet hashes, long maxId, long stamp, String identity) {}

    HotPaths(NixDatabase nix, Heartbeat beat) {
        this.nix = nix;
        this.beat = beat;
    }

    /** The path, if it is remembered and known to be current; null says nothing about whether it exists. */
    public @Nullable SignedPath current(Cache cache, StorePathHash hash) {
        SignedPath known = paths.getIfPresent(new PathKey(cache.id(), hash));
        return known != null && beat.isRemembered() && isCurrent(cache, known) ? known : null;
    }

    /** What a cache shows may have been narrowed since. */
    private boolean isCurrent(Cache cache, SignedPath path) {
        return path.isSignedByAll()
                && switch (path.source()) {
                    case NarSource.InLocalStore l -> cache.showsLocalStore() && path.stamp() == nix.stamp();
                    case NarSource.InBlobStore b -> cache.takesUploads();
                };
    }

    /** Whether it is known that there is no such path now. */
    public boolean isAbsent(Cache cache, StorePathHash hash) {
        return (!cache.showsLocalStore() || isAbsentLocally(hash)) && isNotUploaded(cache, hash);
    }

    private boolean isAbsentLocally(StorePathHash hash) {
        LocalPresence known = local;
        // the array first: it costs least, and says enough of what is present
        return known != null && !known.hashes.mayContain(0, hash) && beat.isHeard() && known.stamp == nix.stamp();
    }

    /** Whether it is known that nobody has pushed such a path: only while no other node takes pushes. */
    boolean isNotUploaded(Cache cache, StorePathHash hash) {
        if (!cache.takesUploads()) {
            return true;
        }
        PresenceSet known = uploads;
        return known != null && !known.mayContain(cache.id(), hash) && beat.isHeard() && beat.isAlone();
    }

    /** Whether the presence of paths is known at all, for readiness. */
    boolean isLoaded() {
        return local != null && uploads != null;
    }

    /** Remembered, current or not. */
    Optional<SignedPath> remembered(Cache cache, StorePathHash hash) {
        return Optional.ofNullable(paths.getIfPresent(new PathKey(cache.id(), hash)));
    }

    /** A path whose NAR is in this file; {@link #current} says whether it still is one. */
    public @Nullable StorePathHash byFile(Cache cache, String fileName) {
        return files.getIfPresent(new FileKey(cache.id(), fileName));
    }

    /** To be had before the database is asked for what {@link #remember} is to keep. */
    long ticket(Cache cache, StorePathHash hash) {
        return changes.get(place(cache.id(), hash));
    }

    /** Keeps what was read, unless it changed since the ticket was given. */
    void remember(Cache cache, SignedPath path, long ticket) {
        StorePathHash hash = path.path().hash();
        PathKey key = new PathKey(cache.id(), hash);
        paths.put(key, path);
        files.put(new FileKey(cache.id(), path.fileName()), hash);
        if (changes.get(place(cache.id(), hash)) != ticket) {
            paths.invalidate(key);
        }
    }

    void forget(int cacheId, StorePathHash hash) {
        changes.incrementAndGet(place(cacheId, hash));
        paths.invalidate(new PathKey(cacheId, hash));
    }

    /** A path was published, changed or deleted. */
    void changed(int cacheId, StorePathHash hash) {
        synchronized (this) {
            PresenceSet known = uploads;
            if (known != null) {
                known.add(cacheId, hash);
            }
        }
        forget(cacheId, hash);
    }

    private static int place(int cacheId, StorePathHash hash) {
        return (hash.hashCode() ^ cacheId * 31) & (TICKETS - 1);
    }

    /** Any upload may have changed: none is remembered until {@link #uploads(PresenceSet)}. */
    void loseUploads() {
        uploads = null;
        for (int i = 0; i < TICKETS; i++) {
            changes.incrementAndGet(i);
        }
        paths.invalidateAll();
    }

    /** Every upload there is; what changes while it is read is told by the feed again. */
    void uploads(PresenceSet all) {
        uploads = all;
    }

    /** Brings the presence of the store's paths up to its state now: what was registered since is added. */
    synchronized void catchUp() {
        long stamp = nix.stamp();
        LocalPresence known = local;
        if (known != null && known.stamp == stamp) {
            return;
        }
        String identity = nix.identity();
        // in another database the numbers stand for other paths
        boolean same = known != null && known.identity.equals(identity) && known.maxId <= nix.lastGivenId();
        LocalPresence base = known != null && same ? known : new LocalPresence(new PresenceSet(), 0, stamp, identity);
        PresenceSet hashes = base.hashes;
        long[] max = {base.maxId};
        nix.presence(max[0], (id, hash) -> {
            hashes.add(0, hash);
            max[0] = Math.max(max[0], id);
        });
        local = new LocalPresence(hashes, max[0], stamp, identity);
    }

    /** Forgets what the store no longer has, and counts its paths anew. */
    public synchronized void reload() {
        local = null;
        catchUp();
    }
}
