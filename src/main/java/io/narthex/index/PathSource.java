package io.narthex.index;

import io.narthex.cache.Cache;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A source of the paths of caches, such as this machine's store, or what was pushed. Every CDI bean of this type is
 * asked for every cache, in the order of {@link #rank}. Thread-safe.
 */
public interface PathSource {
    /** The smaller is asked first: what was pushed hides what the machine's store has under the same hash. */
    int rank();

    /** What this node remembers; the object itself, no proxy. */
    SourceMemory memory();

    /**
     * Loads what memory needs before the first request.
     *
     * @throws io.narthex.configuration.StartRefused when it cannot be read
     */
    void load();

    /** A path of a cache was published, changed or deleted: it may be here now. Takes microseconds. */
    void changed(int cacheId, StorePathHash hash);

    /** Anything may have changed: what was known says no more that something is absent, until all is read anew. */
    void lost();

    /**
     * The path with this hash, signed by every key of the cache, if the cache shows this source and has it here.
     *
     * @param remembered what was last known of that hash, from whichever source and current or not
     */
    Optional<SignedPath> find(Cache cache, StorePathHash hash, Optional<SignedPath> remembered);

    /**
     * A path that is offered no more and not removed yet: its narinfo is hidden, and its NAR is sent to whoever still has
     * the narinfo.
     */
    Optional<SignedPath> findHidden(Cache cache, StorePathHash hash);

    /**
     * What one question says of several hashes.
     *
     * @param paths those that are here
     * @param unclear those of which only {@link #find} can say more
     * @param elsewhere those that are not here and that other servers may have, as {@link #ask} says; what is in none of the three
     *     is not there
     */
    record Found(Map<StorePathHash, SignedPath> paths, Set<StorePathHash> unclear, Set<StorePathHash> elsewhere) {
        /** Nothing is here. */
        public static final Found NOTHING = new Found(Map.of(), Set.of());

        public Found(Map<StorePathHash, SignedPath> paths, Set<StorePathHash> unclear) {
            this(paths, unclear, Set.of());
        }
    }

    /**
     * Looks for several paths at once, for less than {@link #find} takes for each: on a thread of ours, without a transaction of
     * the container's. What is not as usual is left unclear.
     *
     * @throws SQLException when the database does not answer
     */
    default Found lookUp(Cache cache, Set<StorePathHash> hashes) throws SQLException {
        Set<StorePathHash> unclear = new HashSet<>(hashes);
        unclear.removeIf(hash -> memory().isAbsent(cache, hash));
        return new Found(Map.of(), unclear);
    }

    /**
     * The path with this hash, which is not here, if others have it. Waits for them.
     *
     * @throws SourceAwayException where they have to be asked and give no answer
     */
    default Optional<SignedPath> ask(Cache cache, StorePathHash hash) {
        return Optional.empty();
    }

    /** A path whose narinfo names this file, hidden or not. */
    Optional<StorePathHash> findByFile(Cache cache, String fileName);

    /** All of them, up to a hundred: what may not be given out under one name may be under another. */
    default List<StorePathHash> findAllByFile(Cache cache, String fileName) {
        return findByFile(cache, fileName).stream().toList();
    }

    /** A path whose NAR has this hash, in a source whose NAR files are named by it. */
    Optional<SignedPath> findByNar(Cache cache, NixHash narHash);

    /** A file that a path came with beside the one that its narinfo names. */
    Optional<FurtherFile> findFurther(Cache cache, String fileName);

    /**
     * A further file.
     *
     * @param path whose it is
     * @param source where its bytes are
     */
    record FurtherFile(StorePathHash path, NarSource source) {}
}
