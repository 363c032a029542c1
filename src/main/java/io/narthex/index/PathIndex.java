package io.narthex.index;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.change.Change;
import io.narthex.change.ChangeFeed;
import io.narthex.change.ChangeListener;
import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.index.local.IndexedPaths;
import io.narthex.index.local.QuarantineCheck;
import io.narthex.index.upload.UploadedPaths;
import io.narthex.key.KeyRing;
import io.narthex.localstore.LocalStore;
import io.narthex.localstore.StoreUnreadableException;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What each cache offers: one path by its hash, or by its NAR's file. Thread-safe.
 *
 * <p>All calls throw {@link io.narthex.change.DatabaseAwayException} when the answer is not in memory and the database
 * is away, and {@link io.narthex.localstore.StoreUnreadableException} when Nix's database cannot be read.
 */
@ApplicationScoped
public class PathIndex implements ChangeListener {
    @Inject
    private Settings settings;

    @Inject
    private LocalStore store;

    @Inject
    private KeyRing ring;

    @Inject
    private ChangeFeed feed;

    @Inject
    private CacheDirectory caches;

    @Inject
    private UploadedPaths uploads;

    @Inject
    private IndexedPaths rows;

    @Inject
    private QuarantineCheck quarantine;

    private @Nullable HotPaths hot;

    @PostConstruct
    void start() {
        hot = new HotPaths(store.database(), feed.beat());
    }

    /** What this node remembers; the object itself, no proxy. */
    public HotPaths hot() {
        HotPaths known = hot;
        if (known == null) {
            throw new IllegalStateException("not started");
        }
        return known;
    }

    /** Whether the index can answer "absent" from memory, for readiness. */
    public boolean isLoaded() {
        return hot().isLoaded();
    }

    /**
     * Loads what memory needs before the first request.
     *
     * @throws StartRefused when there is a Nix store whose database cannot be read, or no key to sign with
     */
    public void load() {
        ring.load(caches.now().standard());
        rows.storeId();
        try {
            hot().catchUp();
        } catch (StoreUnreadableException e) {
            throw StartRefused.because(
                    settings,
                    String.valueOf(e.getMessage())
                            + ": let the user who runs the server read it, or set NARTHEX_NIX_STORE to another root");
        }
    }

    /** The path with this hash, if the cache has it and its bytes are not known to be wrong. */
    public Optional<SignedPath> find(Cache cache, StorePathHash hash) {
        SignedPath current = hot().current(cache, hash);
        if (current != null) {
            return Optional.of(current);
        }
        feed.beat().require();
        long ticket = hot().ticket(cache, hash);
        Optional<SignedPath> uploaded = hot().isNotUploaded(cache, hash) ? Optional.empty() : uploads.find(cache, hash);
        if (uploaded.isPresent()) {
            hot().remember(cache, uploaded.get(), ticket);
            return uploaded;
        }
        return cache.showsLocalStore() ? findLocal(cache, hash, ticket) : Optional.empty();
    }

    private Optional<SignedPath> findLocal(Cache cache, StorePathHash hash, long ticket) {
        long stamp = store.database().stamp();
        Optional<ValidPath> valid = store.database().find(hash);
        if (valid.isEmpty() || !store.holds(valid.get().path())) {
            hot().forget(cache.id(), hash);
            hot().catchUp();
            return Optional.empty();
        }
        Optional<SignedPath> known =
                hot().remembered(cache, hash).filter(k -> k.isSignedByAll() && k.says(valid.get()));
        Optional<SignedPath> found = known.isPresent() ? known : rows.indexed(cache, valid.get());
        found.ifPresentOrElse(
                path -> {
                    path.stamp(stamp);
                    hot().remember(cache, path, ticket);
                },
                () -> hot().forget(cache.id(), hash));
        return found;
    }

    /** A path whose NAR is in this file; which one, when there are several, does not matter: their bytes are equal. */
    public Optional<SignedPath> findByFile(Cache cache, String fileName) {
        StorePathHash hot = hot().byFile(cache, fileName);
        if (hot != null) {
            Optional<SignedPath> remembered =
                    find(cache, hot).filter(p -> p.fileName().equals(fileName));
            if (remembered.isPresent()) {
                return remembered;
            }
        }
        feed.beat().require();
        return cache.takesUploads()
                ? uploads.findByFile(cache, fileName)
                        .flatMap(hash -> find(cache, hash))
                        .filter(p -> p.fileName().equals(fileName))
                : Optional.empty();
    }

    /**
     * A file of a path.
     *
     * @param source the path's own, or a further file that it was pushed with
     */
    public record FileOf(SignedPath path, NarSource source) {}

    /** A file that a path was pushed with beside the one that its narinfo names. */
    public Optional<FileOf> findFurther(Cache cache, String fileName) {
        feed.beat().require();
        return cache.takesUploads()
                ? uploads.findFurther(cache, fileName)
                        .flatMap(file -> find(cache, file.path())
                                .map(path -> new FileOf(path, new NarSource.InBlobStore(file.nar()))))
                : Optional.empty();
    }

    /** A path of the machine's store whose NAR has this hash. */
    public Optional<SignedPath> findByNar(Cache cache, NixHash narHash) {
        if (!cache.showsLocalStore()) {
            return Optional.empty();
        }
        feed.beat().require();
        Optional<SignedPath> found = firstOf(cache, narHash);
        return found.isPresent() || !rows.catchUp() ? found : firstOf(cache, narHash);
    }

    private Optional<SignedPath> firstOf(Cache cache, NixHash narHash) {
        List<StorePathHash> candidates = rows.findByNar(narHash);
        return candidates.stream()
                .flatMap(hash -> findLocal(cache, hash, hot().ticket(cache, hash)).stream())
                .filter(path -> path.narHash().equals(narHash))
                .findFirst();
    }

    /** The listing of a file that was pushed, as JSON in zstd. */
    public byte[] listing(StoredNar nar) {
        feed.beat().require();
        return uploads.listing(nar);
    }

    /** Its bytes were just found to be those of its NAR hash. Not written down while the database is away: a reader waits. */
    public void checked(SignedPath path) {
        feed.beat().require();
        path.checkedAt(rows.checked(path.entryId()));
    }

    /** Its bytes were just found wrong: it is not offered any more until the reindex job finds them right again. */
    public void quarantine(SignedPath path, String reason) {
        try {
            rows.quarantine(path.entryId(), reason);
            quarantine.expect();
        } finally {
            // after the row: who read it before could have remembered the path again
            caches.now()
                    .all()
                    .forEach(cache -> hot().forget(cache.id(), path.path().hash()));
        }
    }

    @Override
    public void changed(Change change) {
        StorePathHash hash = change.hash();
        if (hash != null) {
            hot().changed((int) change.subject(), hash);
        }
    }

    @Override
    public void lost() {
        // asked first: a database that goes away again costs nothing of what may be used without it
        PresenceSet presence = uploads.presence();
        hot().loseUploads();
        hot().uploads(presence);
    }
}
