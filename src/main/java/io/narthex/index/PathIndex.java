package io.narthex.index;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.change.Change;
import io.narthex.change.ChangeFeed;
import io.narthex.change.ChangeListener;
import io.narthex.key.KeyRing;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what each cache offers, from whichever source has it, by the path's hash; {@link NarFiles} does by the file of its NAR.
 * Thread-safe.
 *
 * <p>All calls throw {@link io.narthex.change.DatabaseAwayException} when the answer is not in memory and the database
 * is away, and {@link io.narthex.localstore.StoreUnreadableException} when Nix's database cannot be read.
 */
@ApplicationScoped
public class PathIndex implements ChangeListener {
    @Inject
    private KeyRing ring;

    @Inject
    private ChangeFeed feed;

    @Inject
    private CacheDirectory caches;

    @Inject
    private PathRestriction restriction;

    @Inject
    private PathSources everySource;

    private List<PathSource> sources = List.of();
    private @Nullable HotPaths hot;

    @PostConstruct
    void start() {
        sources = everySource.all();
        hot = everySource.hot();
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
     * @throws io.narthex.configuration.StartRefused when a source cannot be read, or there is no key to sign with
     */
    public void load() {
        ring.load(caches.now().standard());
        sources.forEach(PathSource::load);
    }

    /** The path with this hash, if the cache has it, may give it out, and its bytes are not known to be wrong. */
    public Optional<SignedPath> find(Cache cache, StorePathHash hash) {
        return held(cache, hash).filter(path -> !restriction.withholds(cache, path));
    }

    /** The same whether the cache may give it out or not: for who decides, and never for an answer. */
    Optional<SignedPath> held(Cache cache, StorePathHash hash) {
        SignedPath current = hot().current(cache, hash);
        if (current != null) {
            return Optional.of(current);
        }
        feed.heartbeat().require();
        long ticket = hot().ticket(cache, hash);
        Optional<SignedPath> remembered = hot().remembered(cache, hash);
        for (PathSource source : sources) {
            Optional<SignedPath> path = source.find(cache, hash, remembered);
            if (path.isPresent()) {
                hot().remember(cache, path.get(), ticket);
                return path;
            }
        }
        if (remembered.isPresent()) {
            hot().forget(cache.id(), hash);
        }
        return Optional.empty();
    }

    /**
     * Those of many hashes that the cache has, as {@link #find} gives each; what memory does not know takes few questions to
     * the database. On a thread of ours.
     */
    public Map<StorePathHash, SignedPath> findAll(Cache cache, Collection<StorePathHash> hashes) {
        Map<StorePathHash, SignedPath> found = new HashMap<>();
        List<StorePathHash> unknown = unknown(cache, hashes, found);
        if (!unknown.isEmpty()) {
            Found now = askAll(cache, unknown);
            for (StorePathHash hash : unknown) {
                SignedPath path = now.paths().get(hash);
                if (path != null && hot().isCurrent(cache, path)) {
                    found.put(hash, path);
                } else if (!now.absent().contains(hash)) {
                    find(cache, hash).ifPresent(one -> found.put(hash, one));
                }
            }
        }
        return found;
    }

    /** Those that memory says nothing of; what it knows of the others is added to what was found. */
    private List<StorePathHash> unknown(
            Cache cache, Collection<StorePathHash> hashes, Map<StorePathHash, SignedPath> found) {
        List<StorePathHash> unknown = new ArrayList<>();
        for (StorePathHash hash : hashes) {
            SignedPath current = hot().current(cache, hash);
            if (current != null) {
                found.put(hash, current);
            } else if (!hot().isAbsent(cache, hash)) {
                unknown.add(hash);
            }
        }
        return unknown;
    }

    /**
     * Brings into memory what it does not know of these, as far as few questions to the database tell, and gives what it then has:
     * {@link #findAll} takes hardly any time after it. Nobody has asked for them yet, and nothing is recorded.
     */
    public Collection<SignedPath> bring(Cache cache, Collection<StorePathHash> hashes) {
        Map<StorePathHash, SignedPath> found = new HashMap<>();
        List<StorePathHash> unknown = unknown(cache, hashes, found);
        if (!unknown.isEmpty()) {
            found.putAll(askAll(cache, unknown).paths());
        }
        return found.values();
    }

    private Found askAll(Cache cache, Collection<StorePathHash> hashes) {
        try {
            return lookUp(cache, hashes);
        } catch (SQLException e) {
            // each is asked for by itself, which tells what is wrong
            return Found.NOTHING;
        }
    }

    /**
     * What was found of several paths.
     *
     * @param paths those that are there; {@link HotPaths#isCurrent} says whether they may still be told
     * @param absent those that certainly are not
     * @param elsewhere those of which others have to be asked by {@link PathsElsewhere#ask}, each with the ticket that this wants; of all that
     *     are in none of the three {@link #find} says more
     */
    public record Found(
            Map<StorePathHash, SignedPath> paths, Set<StorePathHash> absent, Map<StorePathHash, Long> elsewhere) {
        /** Nothing is known. */
        public static final Found NOTHING = new Found(Map.of(), Set.of(), Map.of());
    }

    /**
     * Looks for several paths at once and keeps in memory what it found, as {@link #find} does for one. On a thread of ours.
     *
     * @throws SQLException when the database does not answer
     */
    public Found lookUp(Cache cache, Collection<StorePathHash> hashes) throws SQLException {
        feed.heartbeat().require();
        Map<StorePathHash, Long> tickets = new HashMap<>();
        hashes.forEach(hash -> tickets.put(hash, hot().ticket(cache, hash)));
        Map<StorePathHash, SignedPath> paths = new HashMap<>();
        Map<StorePathHash, Long> elsewhere = new HashMap<>();
        Set<StorePathHash> left = new HashSet<>(hashes);
        for (PathSource source : sources) {
            if (left.isEmpty()) {
                break;
            }
            PathSource.Found found = source.lookUp(cache, left);
            left.removeAll(found.paths().keySet());
            found.unclear().forEach(left::remove);
            found.elsewhere().forEach(hash -> elsewhere.put(hash, Objects.requireNonNull(tickets.get(hash))));
            left.removeAll(elsewhere.keySet());
            paths.putAll(found.paths());
        }
        paths.forEach((hash, path) -> hot().remember(cache, path, Objects.requireNonNull(tickets.get(hash))));
        return new Found(paths, left, elsewhere);
    }

    /** What is remembered of a path may be wrong in every cache. */
    public void forget(StorePathHash hash) {
        caches.now().all().forEach(cache -> hot().forget(cache.id(), hash));
    }

    @Override
    public void changed(Change change) {
        StorePathHash hash = change.hash();
        if (hash != null) {
            int cacheId = (int) change.subject();
            sources.forEach(source -> source.changed(cacheId, hash));
            hot().forget(cacheId, hash);
        }
    }

    @Override
    public void lost() {
        // read first: a database that goes away again costs nothing of what may be used without it
        sources.forEach(PathSource::lost);
        hot().forgetAll();
    }
}
