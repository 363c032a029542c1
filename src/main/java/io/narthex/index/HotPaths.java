package io.narthex.index;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.cache.Cache;
import io.narthex.change.Heartbeat;
import io.narthex.nix.store.StorePathHash;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the paths that were asked for lately in memory. Thread-safe, never waits for the database: the IO threads ask
 * it.
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

    private final Heartbeat heartbeat;
    private final PathRestriction restriction;
    private final SourceMemory[] sources;
    private final com.github.benmanes.caffeine.cache.Cache<PathKey, SignedPath> paths = Caffeine.newBuilder()
            .maximumWeight(WEIGHT)
            .weigher((PathKey key, SignedPath path) -> path.narInfo().length + OVERHEAD)
            .build();
    private final com.github.benmanes.caffeine.cache.Cache<FileKey, StorePathHash> files =
            Caffeine.newBuilder().maximumSize(FILES).build();
    private final AtomicLongArray changes = new AtomicLongArray(TICKETS);

    private record PathKey(int cacheId, StorePathHash hash) {}

    private record FileKey(int cacheId, String fileName) {}

    /** @param sources of all paths; who says soonest that one is absent comes first */
    HotPaths(Heartbeat heartbeat, PathRestriction restriction, Collection<? extends SourceMemory> sources) {
        this.heartbeat = heartbeat;
        this.restriction = restriction;
        this.sources = sources.toArray(SourceMemory[]::new);
    }

    /** Whether it is known that the cache may give the path out now. */
    public boolean isOpen(Cache cache, SignedPath path) {
        return restriction.isOpen(cache, path);
    }

    /** The path, if it is remembered, known to be current and to be given out; null says nothing about whether it exists. */
    public @Nullable SignedPath current(Cache cache, StorePathHash hash) {
        SignedPath known = paths.getIfPresent(new PathKey(cache.id(), hash));
        return known != null && isCurrent(cache, known) ? known : null;
    }

    /** Whether what was found of a path still may be told to who reads the cache. */
    public boolean isCurrent(Cache cache, SignedPath path) {
        return heartbeat.isRemembered()
                && path.isSignedByAll()
                // what a cache shows may have been narrowed since
                && path.memory().isCurrent(cache, path)
                && restriction.isOpen(cache, path);
    }

    /** Whether the database is heard: while it is not, nobody is to wait for it. */
    public boolean isHeard() {
        return heartbeat.isHeard();
    }

    /** Whether it is known that there is no such path now. */
    public boolean isAbsent(Cache cache, StorePathHash hash) {
        for (SourceMemory source : sources) {
            if (!source.isAbsent(cache, hash)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the presence of paths is known at all, for readiness. */
    boolean isLoaded() {
        for (SourceMemory source : sources) {
            if (!source.isLoaded()) {
                return false;
            }
        }
        return true;
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

    /** A path may be another now, or gone. */
    void forget(int cacheId, StorePathHash hash) {
        changes.incrementAndGet(place(cacheId, hash));
        paths.invalidate(new PathKey(cacheId, hash));
    }

    /** Any path may be another now, or gone. */
    void forgetAll() {
        for (int i = 0; i < TICKETS; i++) {
            changes.incrementAndGet(i);
        }
        paths.invalidateAll();
    }

    private static int place(int cacheId, StorePathHash hash) {
        return (hash.hashCode() ^ cacheId * 31) & (TICKETS - 1);
    }
}
