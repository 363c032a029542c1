package io.narthex.lane;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.cache.Cache;
import io.narthex.index.HotPaths;
import io.narthex.index.PathIndex;
import io.narthex.index.PathsElsewhere;
import io.narthex.index.SignedPath;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.share.Sharer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks others ahead for narinfos that a client will want next. Who asks for something that an earlier answer referred to walks
 * through a closure, one path at a time, and is about to ask for the other references as well: those are looked for at once, so that
 * he need not wait for an upstream at each of them. Thread-safe; nothing here waits.
 */
final class NarInfosAhead implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NarInfosAhead.class.getName());

    /** Half of the connections to one server: the other half is for those who wait for an answer. */
    private static final int AT_ONCE = 32;
    /** Each holds a hash. */
    private static final int LONGEST_LINE = 4_096;
    /** Of one path, what it refers to; more than that have few. */
    private static final int MOST = 512;
    /** Who walks asks for the next path within milliseconds, and for the last reference of a large one within seconds. */
    private static final Duration PAUSE = Duration.ofMinutes(1);
    /** Of 100 bytes each. */
    private static final int KEPT = 50_000;

    private final PathIndex index;
    private final PathsElsewhere elsewhere;
    private final FairLane lane;
    private final com.github.benmanes.caffeine.cache.Cache<Key, Referrer> named = kept();
    private final com.github.benmanes.caffeine.cache.Cache<Key, Boolean> answered = kept();

    /** Those that are looked for, with their tickets; as many as the lane takes. */
    private final Map<Key, Long> pending = new ConcurrentHashMap<>();

    private record Key(int cacheId, StorePathHash hash) {}

    /**
     * A path that was answered.
     *
     * @param walked whether somebody asked for a reference of it
     */
    private record Referrer(StorePathHash hash, AtomicBoolean walked) {}

    /** @param lane for those who are asked ahead alone; closed with this */
    NarInfosAhead(PathIndex index, PathsElsewhere elsewhere, FairLane lane) {
        this.index = index;
        this.elsewhere = elsewhere;
        this.lane = lane;
    }

    static NarInfosAhead make(PathIndex index, PathsElsewhere elsewhere, Lanes lanes) {
        return new NarInfosAhead(index, elsewhere, new FairLane("ahead", AT_ONCE, LONGEST_LINE, lanes.paced()));
    }

    private static <V> com.github.benmanes.caffeine.cache.Cache<Key, V> kept() {
        return Caffeine.newBuilder().maximumSize(KEPT).expireAfterWrite(PAUSE).build();
    }

    /**
     * A client is given the narinfo of a path that others have.
     *
     * @param who asks; called where something is looked for
     */
    void answered(Cache cache, SignedPath path, Supplier<Sharer> who) {
        Key key = new Key(cache.id(), path.path().hash());
        if (answered.getIfPresent(key) != null) {
            return;
        }
        answered.put(key, Boolean.TRUE);
        Referrer referrer = new Referrer(key.hash, new AtomicBoolean());
        references(path).forEach(hash -> named.put(new Key(cache.id(), hash), referrer));
        Referrer before = named.getIfPresent(key);
        if (before != null && !before.hash.equals(key.hash)) {
            Sharer sharer = who.get();
            boolean isFirst = !before.walked.getAndSet(true);
            lane.run(sharer, () -> lookFor(cache, path, isFirst ? before.hash : null, sharer), () -> {});
        }
    }

    private static Stream<StorePathHash> references(SignedPath path) {
        return path.facts().references().stream()
                .map(StorePath::hash)
                .filter(hash -> !hash.equals(path.path().hash()))
                .limit(MOST);
    }

    /** @param referrer a path whose references were not looked for yet; null: there is none */
    private void lookFor(Cache cache, SignedPath path, @Nullable StorePathHash referrer, Sharer who) {
        try {
            Set<StorePathHash> next = new LinkedHashSet<>();
            if (referrer != null) {
                find(cache, referrer).ifPresent(other -> references(other).forEach(next::add));
            }
            references(path).forEach(next::add);
            HotPaths hot = index.hot();
            next.removeIf(hash -> hot.current(cache, hash) != null || hot.isAbsent(cache, hash));
            Map<StorePathHash, Long> elsewhere =
                    next.isEmpty() ? Map.of() : index.lookUp(cache, next).elsewhere();
            for (StorePathHash hash : next) {
                Long ticket = elsewhere.get(hash);
                Key key = new Key(cache.id(), hash);
                if (ticket != null && pending.putIfAbsent(key, ticket) == null) {
                    lane.run(who, () -> ask(cache, key, ticket), () -> pending.remove(key));
                }
            }
        } catch (SQLException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=narinfos-not-found-ahead", e);
        }
    }

    private Optional<SignedPath> find(Cache cache, StorePathHash hash) throws SQLException {
        SignedPath known = index.hot().current(cache, hash);
        return Optional.ofNullable(
                known != null
                        ? known
                        : index.lookUp(cache, Set.of(hash)).paths().get(hash));
    }

    /**
     * The ticket with which a path is about to be asked for: who wants it now need not have the database asked whether it is here.
     * Null: it has to be.
     */
    @Nullable
    Long ticket(Cache cache, StorePathHash hash) {
        Long ticket = pending.get(new Key(cache.id(), hash));
        return ticket != null && elsewhere.isStillElsewhere(cache, hash, ticket) ? ticket : null;
    }

    private void ask(Cache cache, Key key, long ticket) {
        try {
            elsewhere.bring(cache, key.hash, ticket);
        } catch (RuntimeException e) {
            // who really asks for it meets the same, and is told
            LOG.log(System.Logger.Level.DEBUG, "event=narinfo-not-found-ahead", e);
        } finally {
            pending.remove(key);
        }
    }

    @Override
    public void close() {
        lane.close();
    }
}
