package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.configuration.Settings;
import io.narthex.index.UpstreamNar;
import io.narthex.nix.hash.NixHash;
import io.narthex.thread.NamedThreads;
import io.narthex.upstream.fetch.PassingNar;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Fetches NAR files of upstreams, each once however many want it: all read it while it arrives. Thread-safe. */
@ApplicationScoped
public class PullThrough {
    /** Files at once; each has a thread that fetches and one that unpacks. */
    private static final int AT_ONCE = 64;

    @Inject
    private Settings settings;

    @Inject
    private UpstreamDirectory directory;

    @Inject
    private CacheDirectory caches;

    @Inject
    private UpstreamStates states;

    @Inject
    private Passages passages;

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
        Passages.Passage passage = passages.of(upstream, cache, nar, made, () -> passing.remove(key, made));
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

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }
}
