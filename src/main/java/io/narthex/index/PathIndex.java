package io.narthex.index;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.change.Change;
import io.narthex.change.ChangeFeed;
import io.narthex.change.ChangeListener;
import io.narthex.key.KeyRing;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import io.narthex.thread.SingleFlight;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what each cache offers, from whichever source has it: a path by its hash, or by its NAR's file. Thread-safe.
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
    @Any
    private Instance<PathSource> found;

    private final SingleFlight<Asked, Optional<SignedPath>> asking = new SingleFlight<>();
    private List<PathSource> sources = List.of();
    private @Nullable HotPaths hot;

    private record Asked(int cacheId, StorePathHash hash) {}

    @PostConstruct
    void start() {
        sources =
                found.stream().sorted(Comparator.comparingInt(PathSource::rank)).toList();
        // the last first: its set of hashes costs least to ask and says enough of what is present
        hot = new HotPaths(
                feed.heartbeat(),
                restriction.unproxied(),
                sources.reversed().stream().map(PathSource::memory).toList());
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
    private Optional<SignedPath> held(Cache cache, StorePathHash hash) {
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

    /** The same for who has its narinfo: a path whose narinfo is hidden is found by its NAR until it is removed. */
    public Optional<SignedPath> findForNar(Cache cache, StorePathHash hash) {
        return find(cache, hash)
                .or(() -> sources.stream()
                        .flatMap(source -> source.findHidden(cache, hash).stream())
                        .filter(path -> !restriction.withholds(cache, path))
                        .findFirst());
    }

    /**
     * What was found of several paths.
     *
     * @param paths those that are there; {@link HotPaths#isCurrent} says whether they may still be told
     * @param absent those that certainly are not
     * @param elsewhere those of which others have to be asked by {@link #ask}, each with the ticket that this wants; of all that
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

    /**
     * A path that {@link #lookUp} found nowhere here, if others have it and the cache may give it out; it is kept in memory as
     * {@link #find} does. Waits for them; whoever asks for the same meanwhile waits for the same answer.
     *
     * @param ticket that came with it: what was published here since then hides what others have
     * @throws SourceAwayException where they give no answer
     */
    public Optional<SignedPath> ask(Cache cache, StorePathHash hash, long ticket) {
        return brought(cache, hash, ticket).filter(path -> !restriction.withholds(cache, path));
    }

    /**
     * Whether the cache is known to have nothing of its own under that hash still: no other node can have published it, and this one
     * has not.
     *
     * @param ticket that {@link #lookUp} gave when it found nothing
     */
    public boolean isStillElsewhere(Cache cache, StorePathHash hash, long ticket) {
        return feed.heartbeat().isAlone() && hot().ticket(cache, hash) == ticket;
    }

    /** Brings it into memory, if others have it, for whoever asks for it next. Waits for them. */
    public void bring(Cache cache, StorePathHash hash, long ticket) {
        Optional<SignedPath> unused = brought(cache, hash, ticket);
    }

    private Optional<SignedPath> brought(Cache cache, StorePathHash hash, long ticket) {
        feed.heartbeat().require();
        return asking.once(new Asked(cache.id(), hash), () -> askOnce(cache, hash, ticket));
    }

    private Optional<SignedPath> askOnce(Cache cache, StorePathHash hash, long ticket) {
        SignedPath current = hot().current(cache, hash);
        if (current != null) {
            return Optional.of(current);
        }
        for (PathSource source : sources) {
            Optional<SignedPath> path = source.ask(cache, hash);
            if (path.isPresent()) {
                hot().remember(cache, path.get(), ticket);
                return path;
            }
        }
        return Optional.empty();
    }

    /** A path whose NAR is in this file; which one, when there are several, does not matter: their bytes are equal. */
    public Optional<SignedPath> findByFile(Cache cache, String fileName) {
        StorePathHash hot = hot().byFile(cache, fileName);
        if (hot != null) {
            Optional<SignedPath> remembered =
                    find(cache, hot).filter(p -> p.fileName().equals(fileName));
            if (remembered.isPresent()) {
                return remembered;
            }
        }
        return findHashesByFile(cache, fileName).stream()
                .flatMap(hash -> findForNar(cache, hash).stream())
                .filter(path -> path.fileName().equals(fileName))
                .findFirst();
    }

    /** The paths that a file of that name may be the NAR of, hidden or not. */
    public List<StorePathHash> findHashesByFile(Cache cache, String fileName) {
        feed.heartbeat().require();
        return sources.stream()
                .flatMap(source -> source.findAllByFile(cache, fileName).stream())
                .toList();
    }

    /** Whether the cache has a file that it may not give out, since it may give out no path whose NAR is in it. */
    public boolean withholdsFile(Cache cache, String fileName) {
        List<SignedPath> paths = findHashesByFile(cache, fileName).stream()
                .flatMap(hash -> held(cache, hash).stream())
                .toList();
        return !paths.isEmpty() && paths.stream().allMatch(path -> restriction.withholds(cache, path));
    }

    /**
     * A file of a path.
     *
     * @param source the path's own, or a further file that it was pushed with
     */
    public record FileOf(SignedPath path, NarSource source) {}

    /** A file that a path was pushed with beside the one that its narinfo names. */
    public Optional<FileOf> findFurther(Cache cache, String fileName) {
        feed.heartbeat().require();
        return sources.stream()
                .flatMap(source -> source.findFurther(cache, fileName).stream())
                .flatMap(file -> findForNar(cache, file.path()).map(path -> new FileOf(path, file.source())).stream())
                .findFirst();
    }

    /** A path whose NAR has this hash, in a source whose NAR files are named by it. */
    public Optional<SignedPath> findByNar(Cache cache, NixHash narHash) {
        feed.heartbeat().require();
        return sources.stream()
                .flatMap(source -> source.findByNar(cache, narHash).stream())
                .filter(path -> !restriction.withholds(cache, path))
                .findFirst();
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
