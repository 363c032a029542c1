package io.narthex.index.local;

import io.narthex.cache.Cache;
import io.narthex.change.ChangeFeed;
import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.index.PathIndex;
import io.narthex.index.PathSource;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceMemory;
import io.narthex.localstore.LocalStore;
import io.narthex.localstore.StoreUnreadableException;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
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

    private @Nullable LocalMemory memory;

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

    @Override
    public void load() {
        rows.storeId();
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
        return rows.findByNar(narHash).stream()
                .flatMap(hash -> find(cache, hash, Optional.empty()).stream())
                .filter(path -> path.narHash().equals(narHash))
                .findFirst();
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

    /** The store has lost paths: what is present is counted anew. */
    void reload() {
        known().reload();
    }
}
