package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.cache.OtherSource;
import io.narthex.change.ChangeFeed;
import io.narthex.index.PathSource;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceAwayException;
import io.narthex.index.SourceMemory;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import io.narthex.upstream.caches.CacheSources;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Offers the paths that a cache has from upstreams and from other caches, in the order of its settings: what is known of them,
 * and on a miss what they say.
 */
@ApplicationScoped
public class UpstreamSource implements PathSource {
    /** What another cache may take, which may ask upstreams of its own: as long as those have by themselves. */
    private static final Duration CACHE_TIME = Duration.ofSeconds(2);

    /** What a cache has itself is asked first. */
    private static final int LAST = 100;

    @Inject
    private UpstreamDirectory directory;

    @Inject
    private UpstreamPaths rows;

    @Inject
    private UpstreamClient client;

    @Inject
    private CacheSources caches;

    @Inject
    private LookUps lookUps;

    @Inject
    private ChangeFeed feed;

    private final SingleFlight<Key, Optional<SignedPath>> flights = new SingleFlight<>();
    private UpstreamDirectory.@Nullable Known known;
    private @Nullable UpstreamMemory memory;

    private record Key(int cacheId, StorePathHash hash) {}

    @PostConstruct
    void start() {
        UpstreamDirectory.Known upstreams = directory.known();
        known = upstreams;
        memory = new UpstreamMemory(upstreams, caches.shown());
    }

    private UpstreamDirectory.Known known() {
        UpstreamDirectory.Known made = known;
        if (made == null) {
            throw new IllegalStateException("not started");
        }
        return made;
    }

    private UpstreamMemory remembered() {
        UpstreamMemory made = memory;
        if (made == null) {
            throw new IllegalStateException("not started");
        }
        return made;
    }

    @Override
    public int rank() {
        return LAST;
    }

    @Override
    public SourceMemory memory() {
        return remembered();
    }

    /** The feed reads the upstreams when it has connected. */
    @Override
    public void load() {}

    @Override
    public void changed(int cacheId, StorePathHash hash) {
        remembered().forget(cacheId, hash);
    }

    /** What others do not have has nothing to do with the database. */
    @Override
    public void lost() {}

    /**
     * What is known of it, else what the others say.
     *
     * @throws SourceAwayException where one that is required gives no answer
     */
    @Override
    public Optional<SignedPath> find(Cache cache, StorePathHash hash, Optional<SignedPath> before) {
        if (remembered().isAbsent(cache, hash)) {
            return Optional.empty();
        }
        return flights.once(new Key(cache.id(), hash), () -> lookUp(cache, hash));
    }

    private Optional<SignedPath> lookUp(Cache cache, StorePathHash hash) {
        long version = known().version();
        List<Upstream> upstreams = known().of(cache);
        List<Answer> answers = lookUps.ask(asked(cache, hash, upstreams));
        Answer last = answers.isEmpty() ? new Answer.Absent() : answers.getLast();
        if (last instanceof Answer.Ready ready) {
            return Optional.of(ready.path());
        }
        if (last instanceof Answer.Found found) {
            return rows.put(cache, found);
        }
        if (!Answer.isAway(answers) && !upstreams.isEmpty()) {
            Duration least = upstreams.stream()
                    .map(Upstream::negative)
                    .min(Comparator.naturalOrder())
                    .orElse(Duration.ZERO);
            remembered().remember(cache, hash, version, least);
        }
        return Optional.empty();
    }

    /** All that the cache may show, in its order. An upstream that is known to have the path is not asked again. */
    private List<LookUps.Asked> asked(Cache cache, StorePathHash hash, List<Upstream> upstreams) {
        Optional<SignedPath> row = upstreams.isEmpty() ? Optional.empty() : rows.find(cache, hash);
        List<LookUps.Asked> all = new ArrayList<>();
        for (OtherSource source : cache.others()) {
            switch (source) {
                case OtherSource.OfCache named -> {
                    Cache other = caches.shown().of(cache, named);
                    if (other != null) {
                        all.add(asked(cache, other, hash));
                    }
                }
                case OtherSource.OfUpstream named ->
                    upstreams.stream()
                            .filter(upstream -> upstream.name().equals(named.name()))
                            .map(upstream -> asked(cache, upstream, hash, row))
                            .forEach(all::add);
            }
        }
        return all;
    }

    private LookUps.Asked asked(Cache cache, Cache other, StorePathHash hash) {
        String name = "cache:" + other.fullName();
        return new LookUps.Asked(other.showsOthers() ? CACHE_TIME : Duration.ZERO, new Answer.Away(name, false), () -> {
            try {
                return caches.find(cache, other, hash)
                        .<Answer>map(Answer.Ready::new)
                        .orElseGet(Answer.Absent::new);
            } catch (SourceAwayException e) {
                return new Answer.Away(name, true);
            }
        });
    }

    private LookUps.Asked asked(Cache cache, Upstream upstream, StorePathHash hash, Optional<SignedPath> row) {
        Answer.Away away = Answer.Away.of(upstream);
        return row.filter(path -> path.origin().equals(away.source()))
                .map(path -> new LookUps.Asked(Duration.ZERO, away, () -> new Answer.Ready(path)))
                .orElseGet(
                        () -> new LookUps.Asked(upstream.lookup(), away, () -> client.lookUp(upstream, cache, hash)));
    }

    @Override
    public Optional<SignedPath> findHidden(Cache cache, StorePathHash hash) {
        return caches.findHidden(cache, hash);
    }

    @Override
    public Optional<StorePathHash> findByFile(Cache cache, String fileName) {
        return findAllByFile(cache, fileName).stream().findFirst();
    }

    @Override
    public List<StorePathHash> findAllByFile(Cache cache, String fileName) {
        feed.heartbeat().require();
        if (!cache.showsOthers()) {
            return List.of();
        }
        List<StorePathHash> found = new ArrayList<>(caches.findByFile(cache, fileName));
        if (!known().of(cache).isEmpty()) {
            rows.findByFile(cache, fileName).ifPresent(found::add);
        }
        return found;
    }

    /** Of other caches alone: an upstream's file is found by the name that our narinfo gives it. */
    @Override
    public Optional<SignedPath> findByNar(Cache cache, NixHash narHash) {
        return caches.findByNar(cache, narHash);
    }

    @Override
    public Optional<FurtherFile> findFurther(Cache cache, String fileName) {
        return caches.findFurther(cache, fileName);
    }
}
