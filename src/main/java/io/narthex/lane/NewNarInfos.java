package io.narthex.lane;

import io.narthex.cache.Cache;
import io.narthex.index.HotPaths;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.share.FairPlaces;
import io.narthex.share.Sharer;
import io.narthex.thread.Guarded;
import io.narthex.thread.NamedThreads;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Brings narinfos into memory that are asked for the first time. Who asks waits without a thread; all who wait at one moment
 * are looked up by one question to the database, and are then answered on their IO threads as everybody is whose narinfo
 * memory knew. What they refer to is asked for next: it is brought along when nobody waits. Thread-safe.
 *
 * <p>A request whose answer is not found this way goes on to its resource, which says why.
 */
final class NewNarInfos implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NewNarInfos.class.getName());
    /** One waits for the database while the other makes narinfos of what came. */
    private static final int THREADS = 2;
    /** Of one question: the database takes some milliseconds for as many. */
    private static final int AT_ONCE = 256;
    /** May be looked for at a time, those in the two questions among them; they hold no more than their exchanges. */
    private static final int PLACES = 1_024;

    private static final int LONGEST_LINE = 2_048;
    /** References of references; a client has asked for those by then. */
    private static final int STEPS_AHEAD = 2;
    /** When more ask at once it is no walk that begins, and what would be brought along is on its way already. */
    private static final int FEW = 8;

    private final PathIndex index;
    private final HotPaths hot;
    private final HotNarInfos answers;
    private final NarInfosElsewhere others;
    private final FairPlaces<Waiting> places = new FairPlaces<>(PLACES, LONGEST_LINE);
    private final BlockingQueue<Waiting> wanted = new LinkedBlockingQueue<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, new NamedThreads("narthex-narinfos"));

    /**
     * @param answers what memory knows
     * @param others asks for what is not here
     */
    NewNarInfos(PathIndex index, HotNarInfos answers, NarInfosElsewhere others) {
        this.others = others;
        this.index = index;
        this.hot = index.hot();
        this.answers = answers;
        for (int i = 0; i < THREADS; i++) {
            threads.execute(this::work);
        }
    }

    /** A request that waits. */
    private final class Waiting {
        private final HttpServerExchange exchange;
        private final Cache cache;
        private final StorePathHash hash;
        private final Sharer who;
        private final HttpHandler otherwise;
        private volatile boolean absent;
        private volatile @Nullable SignedPath found;
        private volatile @Nullable Long elsewhere;
        private volatile Runnable rest = () -> {};

        Waiting(HttpServerExchange exchange, Cache cache, StorePathHash hash, Sharer who, HttpHandler otherwise) {
            this.exchange = exchange;
            this.cache = cache;
            this.hash = hash;
            this.who = who;
            this.otherwise = otherwise;
        }

        void enter(Runnable rest) {
            this.rest = rest;
            switch (places.enter(who, this)) {
                case TAKEN -> wanted.add(this);
                case WAITS -> {} // whoever leaves puts it into the queue
                case REFUSED -> rest.run();
            }
        }

        void leave() {
            wanted.addAll(places.leave(who));
            exchange.getIoThread().execute(rest);
        }

        void handle(HttpServerExchange x) throws Exception {
            SignedPath path = found;
            Long ticket = elsewhere;
            if (path != null && hot.isCurrent(cache, path)) {
                answers.present(x, cache, path);
            } else if (absent) {
                answers.absent(x, cache);
            } else if (ticket != null) {
                others.answer(x, cache, hash, ticket, who, otherwise);
            } else {
                otherwise.handleRequest(x);
            }
        }
    }

    /**
     * Answers when the path is in memory.
     *
     * @param cache which the caller may read
     * @param otherwise takes the request where it is not found this way
     */
    void answer(HttpServerExchange exchange, StorePathHash hash, Cache cache, Sharer who, HttpHandler otherwise)
            throws Exception {
        if (!hot.isHeard()) {
            otherwise.handleRequest(exchange);
            return;
        }
        if (cache.showsOthers() && others.join(exchange, cache, hash, who, otherwise)) {
            return;
        }
        Waiting waiting = new Waiting(exchange, cache, hash, who, otherwise);
        exchange.dispatch((Executor) waiting::enter, (HttpHandler) waiting::handle);
    }

    private void work() {
        Runnable turn = new Guarded("narinfos", this::turn);
        while (!threads.isShutdown()) {
            turn.run();
        }
    }

    /** Looks for those who wait now, or for the next one to come. */
    private void turn() {
        List<Waiting> turn = new ArrayList<>();
        try {
            turn.add(wanted.take());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        wanted.drainTo(turn, AT_ONCE - 1);
        Map<Cache, List<Waiting>> asked = new HashMap<>();
        Map<Cache, Collection<SignedPath>> ahead = new HashMap<>();
        try {
            turn.forEach(one ->
                    asked.computeIfAbsent(one.cache, c -> new ArrayList<>()).add(one));
            asked.forEach((cache, those) -> {
                PathIndex.Found found = find(cache, hashes(those));
                those.forEach(one -> {
                    one.found = found.paths().get(one.hash);
                    one.absent = found.absent().contains(one.hash);
                    one.elsewhere = found.elsewhere().get(one.hash);
                });
                ahead.put(cache, found.paths().values());
            });
        } finally {
            // after an Error too: nobody else would let them go on
            turn.forEach(Waiting::leave);
        }
        if (turn.size() <= FEW) {
            ahead.forEach(this::goAhead);
        }
    }

    private static Set<StorePathHash> hashes(List<Waiting> those) {
        Set<StorePathHash> hashes = new HashSet<>();
        those.forEach(one -> hashes.add(one.hash));
        return hashes;
    }

    private PathIndex.Found find(Cache cache, Set<StorePathHash> hashes) {
        try {
            return index.lookUp(cache, hashes);
        } catch (SQLException | RuntimeException e) {
            // the resource meets the same, and tells of it
            LOG.log(System.Logger.Level.DEBUG, "event=narinfos-not-found", e);
            return PathIndex.Found.NOTHING;
        }
    }

    /** Brings along what paths refer to, as long as nobody waits. */
    private void goAhead(Cache cache, Collection<SignedPath> paths) {
        Collection<SignedPath> step = paths;
        for (int i = 0; i < STEPS_AHEAD && wanted.isEmpty(); i++) {
            Set<StorePathHash> next = references(cache, step);
            if (next.isEmpty()) {
                return;
            }
            step = find(cache, next).paths().values();
        }
    }

    /** What these refer to and memory does not know, some of it where it is much. */
    private Set<StorePathHash> references(Cache cache, Collection<SignedPath> paths) {
        return paths.stream()
                .flatMap(path -> path.facts().references().stream())
                .map(StorePath::hash)
                .filter(hash -> hot.current(cache, hash) == null)
                .limit(AT_ONCE)
                .collect(Collectors.toSet());
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
