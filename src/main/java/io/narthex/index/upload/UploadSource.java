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
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Offers the paths that were pushed into a cache. */
@ApplicationScoped
public class UploadSource implements PathSource {
    private static final System.Logger LOG = System.getLogger(UploadSource.class.getName());

    /** A database that was busy may not be any more. */
    private static final long AGAIN_MILLIS = 1_000;

    @Inject
    private UploadedPaths rows;

    @Inject
    private UploadQuery query;

    @Inject
    private KeyRing ring;

    @Inject
    private ChangeFeed feed;

    @Resource(lookup = "java:jboss/ee/concurrency/executor/default")
    private ManagedExecutorService executor;

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

    /** What is present is read when the feed has connected. */
    @Override
    public void load() {}

    @Override
    public void changed(int cacheId, StorePathHash hash) {
        known().add(cacheId, hash);
    }

    /** Reads on another thread: millions of rows take seconds, in which the feed must go on. */
    @Override
    public void lost() {
        UploadMemory.Reading reading = known().begin();
        executor.execute(() -> read(reading));
    }

    private void read(UploadMemory.Reading reading) {
        try {
            rows.presence(reading::add);
            reading.end();
        } catch (Throwable e) {
            if (reading.isLast()) {
                LOG.log(Level.WARNING, "event=uploads-not-read cause={0}: they are read again", e.toString());
                CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS, executor)
                        .execute(this::lost);
            }
        }
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
