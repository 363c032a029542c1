package io.narthex.retention;

import io.narthex.cache.Cache;
import io.narthex.meter.Meters;
import io.narthex.retention.EvictionPage.Place;
import io.narthex.retention.EvictionPage.State;
import io.narthex.retention.EvictionPage.Step;
import io.narthex.retention.use.UseWriter;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Makes room in full caches that evict: what the collector has hidden goes first, then what was used longest ago, never what a pin, a
 * legal hold or a path that stays needs. Thread-safe; who wants room in the same cache waits for each other.
 */
@ApplicationScoped
public class Evictions {
    /** To look at fewer takes no time worth mentioning. */
    private static final int MANY_PAGES = 20;

    private final Map<Integer, FullCache> caches = new ConcurrentHashMap<>();

    @Inject
    private EvictionPage page;

    @Inject
    private UseWriter uses;

    @Inject
    private Event<Evicted> evicted;

    @Inject
    private Meters meters;

    private LongAdder paths = new LongAdder();

    /** What this server remembers of a cache that was full; its monitor is held while room is made. */
    private static final class FullCache {
        private long version = -1;
        private long nothingUntil;

        /** Whether it was found lately that nothing may go. */
        boolean isExhausted(Cache cache) {
            return version == cache.version() && System.nanoTime() - nothingUntil < 0;
        }

        /** Who pushes many files does not have all paths looked at for each: half of the time at most goes into that. */
        void exhausted(Cache cache, long nanos) {
            version = cache.version();
            nothingUntil = System.nanoTime() + nanos;
        }
    }

    @PostConstruct
    void start() {
        paths = meters.counter("narthex.evicted.paths", "Paths that full caches gave up to make room");
    }

    /**
     * Takes out of a full cache what may go, until there is room, and some more so that the next need not wait.
     *
     * @param wanted bytes for which there is to be room
     * @return whether it is worth while to ask for the room again; false also where the cache does not evict
     */
    public boolean makeRoom(Cache cache, long wanted) {
        FullCache full = caches.computeIfAbsent(cache.id(), id -> new FullCache());
        synchronized (full) {
            if (full.isExhausted(cache)) {
                return false;
            }
            Progress progress = new Progress(cache, wanted);
            boolean some = evict(progress);
            if (!some && progress.pages > MANY_PAGES) {
                full.exhausted(cache, System.nanoTime() - progress.begunAt);
            }
            return some;
        }
    }

    private boolean evict(Progress progress) {
        uses.write();
        progress.over(Step.HIDDEN_PATHS);
        progress.over(Step.FORSAKEN_FILES);
        long gone;
        do {
            // what nothing refers to any more may have been passed already
            gone = progress.over(Step.PATHS);
        } while (gone > 0 && !progress.done);
        progress.over(Step.FILES);
        evicted.fire(new Evicted(progress.cache.id()));
        paths.add(progress.taken);
        return progress.done || progress.taken > 0;
    }

    /** How far one making of room has come. */
    private final class Progress {
        private final Cache cache;
        private final long wanted;
        private long taken;
        private final long begunAt = System.nanoTime();
        private int pages;
        private boolean done;
        private final String late;

        Progress(Cache cache, long wanted) {
            this.cache = cache;
            this.wanted = wanted;
            this.late = page.late(cache);
        }

        /** Looks once at all that a step may take, the oldest first; gives how many paths went. */
        long over(Step step) {
            long before = taken;
            @Nullable Place place = Place.FIRST;
            while (place != null && !done) {
                EvictionPage.Evicted next = page.page(cache, wanted, pages > 0, step, place, late);
                taken += next.paths();
                pages++;
                done = next.state() == State.ROOM;
                place = next.place();
            }
            return taken - before;
        }
    }
}
