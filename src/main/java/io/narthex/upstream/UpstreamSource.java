package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.cache.OtherSource;
import io.narthex.change.ChangeFeed;
import io.narthex.index.PathSource;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceAwayException;
import io.narthex.index.SourceMemory;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePathHash;
import io.narthex.thread.SingleFlight;
import io.narthex.transaction.GroupCommit;
import io.narthex.upstream.caches.CacheSources;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private KeyRing ring;

    @Inject
    private UpstreamClient client;

    @Inject
    private CacheSources caches;

    @Inject
    private LookUps lookUps;

    @Inject
    private ChangeFeed feed;

    private final SingleFlight<Key, Optional<SignedPath>> flights = new SingleFlight<>();
    private final GroupCommit<ToldRows.Told, ToldRows.Written> told =
            new GroupCommit<>(all -> rows.put(all), flights::underWay);
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
        return flights.once(
                new Key(cache.id(), hash),
                () -> askAll(cache, hash, known().of(cache).isEmpty() ? Optional.empty() : rows.find(cache, hash)));
    }

    /** What upstreams told is known, all of it by one question; where another cache comes first, that one is asked before. */
    @Override
    public Found lookUp(Cache cache, Set<StorePathHash> hashes) {
        Set<StorePathHash> left = new HashSet<>(hashes);
        left.removeIf(hash -> remembered().isAbsent(cache, hash));
        if (left.isEmpty() || known().of(cache).isEmpty()) {
            return new Found(Map.of(), Set.of(), left);
        }
        Found told = rows.findAll(cache, left, first(cache));
        left.removeAll(told.paths().keySet());
        left.removeAll(told.unclear());
        return new Found(told.paths(), told.unclear(), left);
    }

    /** The upstream that would be asked before all others. */
    private Optional<Upstream> first(Cache cache) {
        boolean cachesFirst = !cache.others().isEmpty() && cache.others().getFirst() instanceof OtherSource.OfCache;
        return cachesFirst ? Optional.empty() : known().of(cache).stream().findFirst();
    }

    @Override
    public Optional<SignedPath> ask(Cache cache, StorePathHash hash) {
        if (remembered().isAbsent(cache, hash)) {
            return Optional.empty();
        }
        return flights.once(new Key(cache.id(), hash), () -> askAll(cache, hash, Optional.empty()));
    }

    /** @param row what is known of the path from an upstream */
    private Optional<SignedPath> askAll(Cache cache, StorePathHash hash, Optional<SignedPath> row) {
        long version = known().version();
        List<Upstream> upstreams = known().of(cache);
        List<Answer> answers = lookUps.ask(asked(cache, hash, upstreams, row));
        Answer last = answers.isEmpty() ? new Answer.Absent() : answers.getLast();
        if (last instanceof Answer.Ready ready) {
            return Optional.of(ready.path());
        }
        if (last instanceof Answer.Found found) {
            return keep(cache, found);
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

    /** Written down before anybody hears of it, so that every node knows it when its NAR is asked for. */
    private Optional<SignedPath> keep(Cache cache, Answer.Found found) {
        KeyRing.Ring keys = ring.of(cache);
        byte[] signed = Fingerprint.of(found.info());
        List<Signature> ours = found.key().isEmpty()
                ? List.of()
                : keys.members().stream().map(key -> key.sign(signed)).toList();
        ToldRows.Written written = told.write(new ToldRows.Told(cache, keys, found, ours));
        if (ours.isEmpty() || written.stored()) {
            return rows.find(cache, found.info().storePath().hash());
        }
        UpstreamRow row = UpstreamRow.told(cache, found, written);
        return known().vouching(cache, row.upstreamId(), row.key(), keys)
                .map(upstream -> row.offered(
                        keys,
                        ours,
                        new UpstreamPathMemory(known(), upstream, row.key(), cache.version(), rows.uses())));
    }

    /** All that the cache may show, in its order. An upstream that is known to have the path is not asked again. */
    private List<LookUps.Asked> asked(
            Cache cache, StorePathHash hash, List<Upstream> upstreams, Optional<SignedPath> row) {
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
