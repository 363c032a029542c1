package io.narthex.index.upload;

import io.narthex.cache.Cache;
import io.narthex.change.ChangeFeed;
import io.narthex.index.NarSource;
import io.narthex.index.PathSource;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceMemory;
import io.narthex.index.StoredNar;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Offers the paths that were pushed into a cache. */
@ApplicationScoped
public class UploadSource implements PathSource {
    @Inject
    private UploadedPaths rows;

    @Inject
    private UploadQuery query;

    @Inject
    private KeyRing ring;

    @Inject
    private ChangeFeed feed;

    private @Nullable UploadMemory memory;

    @PostConstruct
    void start() {
        memory = new UploadMemory(feed.heartbeat());
    }

    private UploadMemory known() {
        UploadMemory made = memory;
        if (made == null) {
            throw new IllegalStateException("not started");
        }
        return made;
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public SourceMemory memory() {
        return known();
    }

    /** The feed reads what is present when it has connected. */
    @Override
    public void load() {}

    @Override
    public void changed(int cacheId, StorePathHash hash) {
        known().add(cacheId, hash);
    }

    @Override
    public void lost() {
        known().replace(rows.presence());
    }

    @Override
    public Optional<SignedPath> find(Cache cache, StorePathHash hash, Optional<SignedPath> remembered) {
        return known().isAbsent(cache, hash) ? Optional.empty() : rows.find(cache, hash, known());
    }

    /** All is clear but what a key has not signed yet. */
    @Override
    public Found lookUp(Cache cache, Set<StorePathHash> hashes) throws SQLException {
        Set<StorePathHash> asked = new HashSet<>(hashes);
        asked.removeIf(hash -> known().isAbsent(cache, hash));
        if (asked.isEmpty()) {
            return Found.NOTHING;
        }
        KeyRing.Ring keys = ring.of(cache);
        return keys.members().isEmpty() ? new Found(Map.of(), asked) : query.find(cache, keys, asked, known());
    }

    @Override
    public Optional<SignedPath> findHidden(Cache cache, StorePathHash hash) {
        return known().isAbsent(cache, hash) ? Optional.empty() : rows.findHidden(cache, hash, known());
    }

    @Override
    public Optional<StorePathHash> findByFile(Cache cache, String fileName) {
        return findAllByFile(cache, fileName).stream().findFirst();
    }

    @Override
    public List<StorePathHash> findAllByFile(Cache cache, String fileName) {
        return cache.takesUploads() ? rows.findByFile(cache, fileName) : List.of();
    }

    /** None: a file is found by the name that it was pushed under. */
    @Override
    public Optional<SignedPath> findByNar(Cache cache, NixHash narHash) {
        return Optional.empty();
    }

    @Override
    public Optional<FurtherFile> findFurther(Cache cache, String fileName) {
        return cache.takesUploads()
                ? rows.findFurther(cache, fileName)
                        .map(file -> new FurtherFile(file.path(), new NarSource.InBlobStore(file.nar())))
                : Optional.empty();
    }

    /**
     * The listing of a file that was pushed, as JSON in zstd.
     *
     * @throws io.narthex.change.DatabaseAwayException when the database is away
     */
    public byte[] listing(StoredNar nar) {
        feed.heartbeat().require();
        return rows.listing(nar);
    }
}
