package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.cache.OtherSource;
import io.narthex.change.Change;
import io.narthex.change.ChangeKind;
import io.narthex.change.ChangeListener;
import io.narthex.key.KeyRing;
import io.narthex.nix.signature.PublicKey;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Keeps all upstreams in memory. Thread-safe. */
@ApplicationScoped
public class UpstreamDirectory implements ChangeListener {
    private static final System.Logger LOG = System.getLogger(UpstreamDirectory.class.getName());
    /** A database that was busy may not be any more. */
    private static final long AGAIN_MILLIS = 1_000;

    @Inject
    private Upstreams upstreams;

    @Inject
    private UpstreamStates states;

    @Resource(lookup = "java:jboss/ee/concurrency/executor/default")
    private ManagedExecutorService executor;

    private final Known known = new Known();

    /** What is known now; the object itself, without the proxy that every hot path would meet. */
    static final class Known {
        private volatile @Nullable Map<String, Upstream> byName;
        private volatile long version;

        /** Another number for each time that they were read. */
        long version() {
            return version;
        }

        /** Those that a cache lists and that are offered to its tenant, in its order. */
        List<Upstream> of(Cache cache) {
            Map<String, Upstream> all = byName;
            if (all == null || !cache.showsOthers()) {
                return List.of();
            }
            List<Upstream> shown = new ArrayList<>();
            for (OtherSource source : cache.others()) {
                if (source instanceof OtherSource.OfUpstream named) {
                    Upstream upstream = all.get(named.name());
                    if (upstream != null && isShown(upstream, cache)) {
                        shown.add(upstream);
                    }
                }
            }
            return shown;
        }

        /** The one of that row, if the cache may still show what it has. */
        Optional<Upstream> of(Cache cache, int id) {
            for (Upstream upstream : of(cache)) {
                if (upstream.id() == id) {
                    return Optional.of(upstream);
                }
            }
            return Optional.empty();
        }

        /** The same, as long as what vouched for a path of it still does; empty: the path vouches for itself. */
        Optional<Upstream> vouching(Cache cache, int id, Optional<PublicKey> key, KeyRing.Ring keys) {
            return of(cache, id)
                    .filter(upstream ->
                            key.isEmpty() || (upstream.keys().contains(key.get()) && !keys.isRevoked(key.get())));
        }

        private static boolean isShown(Upstream upstream, Cache cache) {
            return upstream.isOfferedTo(cache.tenant().text()) && !(cache.isOpen() && upstream.isSecret());
        }

        private synchronized void replace(List<StoredUpstream> read) {
            byName = read.stream()
                    .map(StoredUpstream::upstream)
                    .collect(Collectors.toUnmodifiableMap(Upstream::name, Function.identity()));
            version++;
        }

        boolean isLoaded() {
            return byName != null;
        }
    }

    Known known() {
        return known;
    }

    /** Reads them anew; a change that is committed before this call is seen after it. */
    public synchronized void reload() {
        List<StoredUpstream> read = upstreams.all();
        read.forEach(upstream -> states.of(upstream.upstream()));
        known.replace(read);
    }

    /** An upstream, and how it stands as this node sees it. */
    public record Standing(String url, HealthResponse health) {}

    /** Each, by name. */
    public List<Standing> standing() {
        Map<String, Upstream> all = known.byName;
        return all == null
                ? List.of()
                : all.values().stream()
                        .sorted(Comparator.comparing(Upstream::name))
                        .map(one -> new Standing(
                                one.url().toString(), states.of(one).health()))
                        .toList();
    }

    /** Reads them anew in a moment, on another thread: this one must not ask the database. */
    @Override
    public void changed(Change change) {
        if (change.kind() == ChangeKind.UPSTREAM) {
            executor.execute(this::reloadLater);
        }
    }

    private void reloadLater() {
        try {
            reload();
        } catch (Throwable e) {
            // nobody else would: a pool that was exhausted is no loss that the feed hears of
            LOG.log(Level.WARNING, "event=upstreams-not-read cause={0}: they are read again", e.toString());
            CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS, executor)
                    .execute(this::reloadLater);
        }
    }

    @Override
    public void lost() {
        reload();
    }
}
