package io.narthex.index.local;

import io.narthex.cache.Cache;
import io.narthex.change.ChangeFeed;
import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.index.PathIndex;
import io.narthex.index.PathSource;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceMemory;
import io.narthex.key.KeyRing;
import io.narthex.localstore.LocalStore;
import io.narthex.localstore.RowDigest;
import io.narthex.localstore.StoreUnreadableException;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Offers the paths of this machine's Nix store to every cache that shows it.
 *
 * <p>Calls throw {@link StoreUnreadableException} when Nix's database cannot be read.
 */
@ApplicationScoped
public class LocalSource implements PathSource {
    @Inject
    private Settings settings;

    @Inject
    private LocalStore store;

    @Inject
    private ChangeFeed feed;

    @Inject
    private IndexedPaths rows;

    @Inject
    private QuarantineCheck quarantine;

    @Inject
    private PathIndex index;

    @Inject
    private LocalPathQuery query;

    @Inject
    private KeyRing ring;

    private @Nullable LocalMemory memory;
    private volatile int storeId;
    /** The state of Nix's database of which the index is known to be a copy; its numbers begin with 1. */
    private volatile long compared;

    @PostConstruct
    void start() {
        memory = new LocalMemory(store.database(), feed.heartbeat());
    }

    private LocalMemory known() {
        LocalMemory made = memory;
        if (made == null) {
            throw new IllegalStateException("not started");
        }
        return made;
    }

    @Override
    public int rank() {
        return 1;
    }

    @Override
    public SourceMemory memory() {
        return known();
    }

    /** How many paths the machine's store has; some that it lost lately are counted still. */
    public int paths() {
        return known().size();
    }

    @Override
    public void load() {
        storeId = rows.storeId();
        try {
            known().catchUp();
        } catch (StoreUnreadableException e) {
            throw StartRefused.because(
                    settings,
                    String.valueOf(e.getMessage())
                            + ": let the user who runs the server read it, or set NARTHEX_NIX_STORE to another root");
        }
    }

    /** Nothing: whether a path is valid is asked of Nix's database. */
    @Override
    public void changed(int cacheId, StorePathHash hash) {}

    /** Nothing: the stamp of Nix's database says whether what is known still holds. */
    @Override
    public void lost() {}

    @Override
    public Optional<SignedPath> find(Cache cache, StorePathHash hash, Optional<SignedPath> remembered) {
        if (!cache.showsLocalStore()) {
            return Optional.empty();
        }
        long stamp = store.database().stamp();
        Optional<ValidPath> valid = store.database().find(hash);
        if (valid.isEmpty() || !store.holds(valid.get().path())) {
            known().catchUp();
            return Optional.empty();
        }
        Optional<SignedPath> still = remembered.filter(path -> path.isSignedByAll() && path.says(valid.get()));
        Optional<SignedPath> path = still.isPresent() ? still : rows.indexed(cache, valid.get(), known());
        path.ifPresent(offered -> offered.stamp(stamp));
        return path;
    }

    /** None: what the store has is offered. */
    @Override
    public Optional<SignedPath> findHidden(Cache cache, StorePathHash hash) {
        return Optional.empty();
    }

    /** Only what the index has as Nix has it; paths that it lacks or has otherwise are written by {@link #find}. */
    @Override
    public Found lookUp(Cache cache, Set<StorePathHash> hashes) throws SQLException {
        if (!cache.showsLocalStore()) {
            return Found.NOTHING;
        }
        KeyRing.Ring keys = ring.of(cache);
        if (keys.members().isEmpty()) {
            return new Found(Map.of(), hashes);
        }
        long stamp = store.database().stamp();
        // every row is Nix's own where the job has compared all of them in this state
        @Nullable
        Map<StorePathHash, RowDigest> said =
                stamp == compared ? null : store.database().digests(hashes);
        Map<StorePathHash, SignedPath> found = new HashMap<>();
        for (LocalPathQuery.Row row : query.find(cache, storeId, keys, hashes)) {
            StorePathHash hash = row.path().path().hash();
            boolean valid = said == null || row.path().digest().equals(said.get(hash));
            if (valid && store.holds(row.path().path())) {
                SignedPath path = row.offered(store.storeDir(), keys, known());
                path.stamp(stamp);
                found.put(hash, path);
            }
        }
        Set<StorePathHash> unclear = new HashSet<>(hashes);
        unclear.removeAll(found.keySet());
        unclear.removeIf(hash -> known().isAbsent(cache, hash));
        return new Found(found, unclear);
    }

    /** None: a file is found by the hash that is its name. */
    @Override
    public Optional<StorePathHash> findByFile(Cache cache, String fileName) {
        return Optional.empty();
    }

    @Override
    public Optional<SignedPath> findByNar(Cache cache, NixHash narHash) {
        if (!cache.showsLocalStore()) {
            return Optional.empty();
        }
        Optional<SignedPath> path = firstOf(cache, narHash);
        return path.isPresent() || !rows.catchUp() ? path : firstOf(cache, narHash);
    }

    private Optional<SignedPath> firstOf(Cache cache, NixHash narHash) {
        List<SignedPath> paths = rows.findByNar(narHash).stream()
                .flatMap(hash -> find(cache, hash, Optional.empty()).stream())
                .filter(path -> path.narHash().equals(narHash))
                .toList();
        return paths.stream()
                .filter(path -> index.hot().isOpen(cache, path))
                .findFirst()
                .or(() -> paths.stream().findFirst());
    }

    @Override
    public Optional<FurtherFile> findFurther(Cache cache, String fileName) {
        return Optional.empty();
    }

    /** Its bytes were just found to be those of its NAR hash. Not written down while the database is away: a reader waits. */
    public void checked(SignedPath path) {
        feed.heartbeat().require();
        path.checkedAt(rows.checked(path.rowId()));
    }

    /** Its bytes were just found wrong: it is not offered any more until the reindex job finds them right again. */
    public void quarantine(SignedPath path, String reason) {
        try {
            rows.quarantine(path.rowId(), reason);
            quarantine.expect();
        } finally {
            // after the row: who read it before could have remembered the path again
            index.forget(path.path().hash());
        }
    }

    /** The index has what Nix's database says in this state, and nothing else: memory takes over what came since it looked last. */
    void compared(long stamp) {
        known().catchUp();
        compared = stamp;
    }

    /** The state of Nix's database that the index is known to be a copy of; 0: of none yet. */
    public long comparedStamp() {
        return compared;
    }

    /** The store has lost paths: what is present is counted anew. */
    void reload() {
        known().reload();
    }
}
