package io.narthex.index;

import io.narthex.change.ChangeFeed;
import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
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
 * What the default cache offers: one path by its hash, or by its NAR's. Thread-safe.
 *
 * <p>All calls throw {@link io.narthex.change.DatabaseAwayException} when the answer is not in memory and the database
 * is away, and {@link io.narthex.localstore.StoreUnreadableException} when Nix's database cannot be read.
 */
@ApplicationScoped
public class PathIndex {
    @Inject
    private Settings settings;

    @Inject
    private LocalStore store;

    @Inject
    private KeyRing ring;

    @Inject
    private ChangeFeed feed;

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
        ring.members();
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

    /** The path with this hash, if Nix says now that it is valid and its bytes are not known to be wrong. */
    public Optional<SignedPath> find(StorePathHash hash) {
        SignedPath current = hot().current(hash);
        if (current != null) {
            return Optional.of(current);
        }
        feed.beat().require();
        long stamp = store.database().stamp();
        Optional<ValidPath> valid = store.database().find(hash);
        if (valid.isEmpty() || !store.holds(valid.get().path())) {
            hot().forget(hash);
            hot().catchUp();
            return Optional.empty();
        }
        Optional<SignedPath> known = hot().remembered(hash).filter(k -> k.says(valid.get()));
        Optional<SignedPath> found = known.isPresent() ? known : rows.indexed(valid.get());
        found.ifPresentOrElse(
                path -> {
                    path.stamp(stamp);
                    hot().remember(path);
                },
                () -> hot().forget(hash));
        return found;
    }

    /** A path whose NAR has this hash; which one, when there are several, does not matter: their bytes are equal. */
    public Optional<SignedPath> findByNar(NixHash narHash) {
        Optional<SignedPath> remembered =
                hot().byNar(narHash).flatMap(this::find).filter(p -> p.narHash().equals(narHash));
        if (remembered.isPresent()) {
            return remembered;
        }
        feed.beat().require();
        Optional<SignedPath> found = firstOf(narHash);
        return found.isPresent() || !rows.catchUp() ? found : firstOf(narHash);
    }

    private Optional<SignedPath> firstOf(NixHash narHash) {
        List<StorePathHash> candidates = rows.findByNar(narHash);
        return candidates.stream()
                .flatMap(hash -> find(hash).stream())
                .filter(path -> path.narHash().equals(narHash))
                .findFirst();
    }

    /** Its bytes were just found to be those of its NAR hash. */
    public void checked(SignedPath path) {
        path.checkedAt(rows.checked(path.entryId()));
    }

    /** Its bytes were just found wrong: it is not offered any more until the reindex job finds them right again. */
    public void quarantine(SignedPath path, String reason) {
        try {
            rows.quarantine(path.entryId(), reason);
            quarantine.expect();
        } finally {
            // after the row: who read it before could have remembered the path again
            hot().forget(path.path().path().hash());
        }
    }
}
