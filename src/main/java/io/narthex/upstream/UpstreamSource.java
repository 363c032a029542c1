package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.change.ChangeFeed;
import io.narthex.index.PathSource;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceAwayException;
import io.narthex.index.SourceMemory;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Offers the paths that the upstreams of a cache have: what is known of them, and on a miss what they say. */
@ApplicationScoped
public class UpstreamSource implements PathSource {
    /** What a cache has itself is asked first. */
    private static final int LAST = 100;

    @Inject
    private UpstreamDirectory directory;

    @Inject
    private UpstreamPaths rows;

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
        memory = new UpstreamMemory(upstreams);
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

    /** What upstreams do not have has nothing to do with the database. */
    @Override
    public void lost() {}

    /**
     * What is known of it, else what the upstreams say.
     *
     * @throws SourceAwayException where an upstream that is required gives no answer
     */
    @Override
    public Optional<SignedPath> find(Cache cache, StorePathHash hash, Optional<SignedPath> before) {
        if (remembered().isAbsent(cache, hash)) {
            return Optional.empty();
        }
        Optional<SignedPath> row = rows.find(cache, hash);
        return row.isPresent()
                ? row
                : flights.once(
                        new Key(cache.id(), hash),
                        // somebody may have kept it since
                        () -> rows.find(cache, hash).or(() -> lookUp(cache, hash)));
    }

    private Optional<SignedPath> lookUp(Cache cache, StorePathHash hash) {
        long version = known().version();
        List<Upstream> upstreams = known().of(cache);
        if (upstreams.isEmpty()) {
            return Optional.empty();
        }
        List<Answer> answers = lookUps.ask(cache, hash, upstreams);
        if (!answers.isEmpty() && answers.getLast() instanceof Answer.Found found) {
            return rows.put(cache, found);
        }
        List<Upstream> away = answers.stream()
                .filter(Answer.Away.class::isInstance)
                .map(answer -> ((Answer.Away) answer).upstream())
                .toList();
        away.stream().filter(Upstream::required).findFirst().ifPresent(upstream -> {
            throw new SourceAwayException("upstream:" + upstream.name());
        });
        if (away.isEmpty()) {
            Duration least = upstreams.stream()
                    .map(Upstream::negative)
                    .min(Comparator.naturalOrder())
                    .orElse(Duration.ZERO);
            remembered().remember(cache, hash, version, least);
        }
        return Optional.empty();
    }

    @Override
    public Optional<SignedPath> findHidden(Cache cache, StorePathHash hash) {
        return Optional.empty();
    }

    @Override
    public Optional<StorePathHash> findByFile(Cache cache, String fileName) {
        feed.heartbeat().require();
        return cache.showsUpstreams() ? rows.findByFile(cache, fileName) : Optional.empty();
    }

    /** None: a file is found by the name that our narinfo gives it. */
    @Override
    public Optional<SignedPath> findByNar(Cache cache, NixHash narHash) {
        return Optional.empty();
    }

    @Override
    public Optional<FurtherFile> findFurther(Cache cache, String fileName) {
        return Optional.empty();
    }
}
