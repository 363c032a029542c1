package io.narthex.upstream;

import io.narthex.blob.Blob;
import io.narthex.blob.BlobKey;
import io.narthex.blob.BlobStore;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.configuration.Settings;
import io.narthex.index.UpstreamNar;
import io.narthex.index.upload.ReceivedFiles;
import io.narthex.nix.hash.NixHash;
import io.narthex.receive.FetchedNars;
import io.narthex.receive.NarFacts;
import io.narthex.receive.RefusedException;
import io.narthex.receive.UploadName;
import io.narthex.thread.NamedThreads;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fetches NAR files of upstreams, each once however many want it: they are read while they arrive, and unpacked and hashed at the
 * same time; what is right is kept where the upstream is to be kept. Thread-safe.
 */
@ApplicationScoped
public class PullThrough {
    private static final System.Logger LOG = System.getLogger(PullThrough.class.getName());

    private static final int PIECE = 128 << 10;

    /** Files at once; each has a thread that fetches and one that unpacks. */
    private static final int AT_ONCE = 64;

    @Inject
    private Settings settings;

    @Inject
    private UpstreamClient client;

    @Inject
    private UpstreamDirectory directory;

    @Inject
    private CacheDirectory caches;

    @Inject
    private UpstreamStates states;

    @Inject
    private UpstreamCounts counts;

    @Inject
    private FetchedNars received;

    @Inject
    private FetchedFiles files;

    @Inject
    private BlobStore blobs;

    @Inject
    private Refused refused;

    private final Map<Key, PassingNar> passing = new ConcurrentHashMap<>();
    private final ExecutorService threads = new ThreadPoolExecutor(
            0, 2 * AT_ONCE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), new NamedThreads("narthex-fetch"));
    private @Nullable Path spool;

    /** @param owner the tenant whose these bytes are; 0: everybody's, since the upstream gives them to everybody */
    private record Key(int upstreamId, String url, NixHash narHash, int owner) {}

    @PostConstruct
    void start() {
        try {
            spool = Files.createDirectories(settings.home().resolve("spool"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * The file as it arrives; it begins to be fetched if nobody wanted it yet. The caller closes it.
     *
     * @throws IOException where its upstream is not shown any more, or nothing more can be fetched now
     */
    public PassingNar open(UpstreamNar nar) throws IOException {
        Cache cache = caches.now()
                .find(nar.cacheId())
                .orElseThrow(() -> new IOException("the cache that lists the upstream is gone"));
        Upstream upstream = directory
                .known()
                .of(cache, nar.upstreamId())
                .orElseThrow(() -> new IOException("the upstream is not shown any more"));
        Key key = new Key(upstream.id(), nar.url(), nar.narHash(), upstream.hasCredentials() ? cache.tenantId() : 0);
        PassingNar[] mine = new PassingNar[1];
        try {
            passing.compute(key, (k, known) -> {
                if (known != null && known.hold()) {
                    states.of(upstream).bytesSaved.add(nar.fileSize().orElse(0));
                    mine[0] = known;
                    return known;
                }
                mine[0] = begin(k, upstream, cache, nar);
                return mine[0];
            });
        } catch (RejectedExecutionException e) {
            throw new IOException("as many files are fetched as may be", e);
        }
        return mine[0];
    }

    private PassingNar begin(Key key, Upstream upstream, Cache cache, UpstreamNar nar) {
        Path directory = spool;
        if (directory == null) {
            throw new IllegalStateException("not started");
        }
        PassingNar made;
        try {
            made = new PassingNar(directory);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        // the one who asked, who fetches, and who checks
        made.hold();
        made.hold();
        made.hold();
        Passage passage = new Passage(key, upstream, cache, nar, made);
        boolean started = false;
        try {
            threads.execute(passage::fetch);
            started = true;
            threads.execute(passage::check);
        } catch (RejectedExecutionException e) {
            made.fail(new IOException("as many files are fetched as may be", e));
            made.close();
            if (!started) {
                made.close();
                made.close();
            }
            throw e;
        }
        return made;
    }

    /** One file on its way. */
    private final class Passage {
        private final Key key;
        private final Upstream upstream;
        private final Cache cache;
        private final UpstreamNar nar;
        private final PassingNar file;
        private volatile boolean kept;

        Passage(Key key, Upstream upstream, Cache cache, UpstreamNar nar, PassingNar file) {
            this.key = key;
            this.upstream = upstream;
            this.cache = cache;
            this.nar = nar;
            this.file = file;
        }

        void fetch() {
            UpstreamState state = states.of(upstream);
            try {
                kept = isCopied();
                if (!kept) {
                    counts.of(upstream, cache.tenantId()).fetches.increment();
                    new NarFetch(client, upstream, nar, file, most()).run();
                }
                file.end();
                if (kept || nar.fileHash().isPresent()) {
                    file.release();
                }
            } catch (NarFetch.WrongBytesException e) {
                refuse(e);
            } catch (IOException | RuntimeException | Error e) {
                if (!kept) {
                    state.failed("a NAR broke off: " + e.getMessage());
                    counts.of(upstream, cache.tenantId()).failures.increment();
                }
                LOG.log(
                        System.Logger.Level.WARNING,
                        "event=upstream-nar-failed upstream={0} path={1} reason={2}",
                        upstream.name(),
                        nar.path(),
                        e.toString());
                fail(e);
            } finally {
                if (!kept) {
                    state.bytesFetched.add(file.arrived());
                    counts.of(upstream, cache.tenantId()).bytes.add(file.arrived());
                }
                file.close();
            }
        }

        /**
         * Whoever found the path before the file was kept asks for it after: it is here. A fetch is in the map until its file is
         * kept, and this one is in the map already, so that one of the two is seen.
         */
        private boolean isCopied() throws IOException {
            Optional<BlobKey> key = files.kept(nar);
            try (Blob blob = key.isPresent() ? blobs.open(key.get()).orElse(null) : null) {
                if (blob == null) {
                    return false;
                }
                kept = true;
                file.length().complete(blob.size());
                try (InputStream bytes = blob.range(0, blob.size())) {
                    byte[] piece = new byte[PIECE];
                    for (int n = bytes.read(piece); n >= 0; n = bytes.read(piece)) {
                        file.append(ByteBuffer.wrap(piece, 0, n));
                    }
                }
                return true;
            }
        }

        private long most() {
            return Math.min(settings.maxNarBytes(), upstream.maxNarBytes().orElse(Long.MAX_VALUE));
        }

        void check() {
            try (ArrivingChannel channel = new ArrivingChannel(file)) {
                if (file.awaitArrived(0) && kept) {
                    file.awaitEnd();
                } else if (upstream.keep()) {
                    keep(channel);
                } else {
                    NarFacts facts =
                            received.check(channel, OptionalLong.empty(), UploadName.parse(nar.fileName()), most());
                    requireRight(facts.narHash(), facts.narSize());
                    file.release();
                    files.passed(nar, upstream, cache.tenantId(), facts.fileSize());
                }
            } catch (NarFetch.WrongBytesException | RefusedException e) {
                if (!file.isBroken()) {
                    refuse(e);
                }
            } catch (IOException | RuntimeException | Error e) {
                unkept(e);
            } finally {
                passing.remove(key, file);
                file.close();
            }
        }

        private void keep(ArrivingChannel channel) throws IOException {
            ReceivedFiles.Facts facts =
                    received.keep(channel, OptionalLong.empty(), UploadName.parse(nar.fileName()), most());
            try {
                requireRight(facts.narHash(), facts.narSize());
                file.release();
                if (files.keep(nar, upstream, cache.tenantId(), facts)) {
                    return;
                }
            } catch (NarFetch.WrongBytesException e) {
                blobs.delete(BlobKey.parse(facts.storageKey()));
                throw e;
            }
            blobs.delete(BlobKey.parse(facts.storageKey()));
        }

        private void requireRight(NixHash narHash, long narSize) throws NarFetch.WrongBytesException {
            if (!narHash.equals(nar.narHash()) || narSize != nar.narSize()) {
                throw new NarFetch.WrongBytesException("its NAR has the hash " + narHash.nix32() + " and " + narSize
                        + " bytes where " + nar.narHash().nix32() + " and " + nar.narSize() + " were signed");
            }
        }

        private void refuse(Exception e) {
            states.of(upstream).refusedBytes.increment();
            counts.of(upstream, cache.tenantId()).refused.increment();
            fail(e);
            refused.bytes(upstream, cache, nar.path(), String.valueOf(e.getMessage()));
            files.refuse(nar);
        }

        /** It passes all the same: a full disk is no reason to refuse what upstream and client have. */
        private void unkept(Throwable e) {
            if (!file.isBroken()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "event=upstream-nar-not-kept upstream={0} path={1} reason={2}",
                        upstream.name(),
                        nar.path(),
                        e.toString());
                if (nar.fileHash().isEmpty()) {
                    fail(e);
                }
            }
        }

        private void fail(Throwable e) {
            passing.remove(key, file);
            file.fail(e instanceof IOException io ? io : new IOException(e));
        }
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }
}
