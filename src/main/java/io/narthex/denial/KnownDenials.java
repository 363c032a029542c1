package io.narthex.denial;

import io.narthex.cache.Cache;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps the rules as they were read last, and whether they may have changed since. Thread-safe; only {@link #reload} waits. */
final class KnownDenials {
    private final Clock clock = Clock.systemUTC();
    private final AtomicLong changes = new AtomicLong();
    private volatile @Nullable Snapshot snapshot;

    /** All rules at one moment. */
    final class Snapshot {
        private final List<Denial> ofServer = new ArrayList<>();
        private final Map<Integer, List<Denial>> ofCaches = new HashMap<>();
        private final long version;
        private final ReadDenials read;
        private @Nullable Map<Long, Set<StorePathHash>> derivations;

        private Snapshot(ReadDenials read, long version) {
            this.version = version;
            this.read = read;
            for (Denial rule : read.rules()) {
                Integer cache = rule.cacheId();
                (cache == null ? ofServer : ofCaches.computeIfAbsent(cache, id -> new ArrayList<>())).add(rule);
            }
        }

        /** Whether there is any rule for this cache. */
        boolean covers(Cache cache) {
            return !ofServer.isEmpty() || ofCaches.containsKey(cache.id());
        }

        Optional<Denial> denial(Cache cache, NarInfo path) {
            return first(cache, rule -> rule.denies(path));
        }

        /** @param load gives the derivations that made what each rule denies, by its number; asked once, if at all */
        Optional<Denial> denialOfDerivation(
                Cache cache, StorePath derivation, Supplier<Map<Long, Set<StorePathHash>>> load) {
            if (!covers(cache)) {
                return Optional.empty();
            }
            Map<Long, Set<StorePathHash>> made = derivations(load);
            return first(cache, rule -> rule.deniesDerivation(derivation, made.getOrDefault(rule.id(), Set.of())));
        }

        /** Hardly anybody asks for logs of what is denied, and to find these takes seconds where there are many. */
        private synchronized Map<Long, Set<StorePathHash>> derivations(Supplier<Map<Long, Set<StorePathHash>>> load) {
            Map<Long, Set<StorePathHash>> known = derivations;
            if (known == null) {
                known = load.get();
                derivations = known;
            }
            return known;
        }

        private Optional<Denial> first(Cache cache, Predicate<Denial> test) {
            if (!covers(cache)) {
                return Optional.empty();
            }
            Instant now = clock.instant();
            for (List<Denial> rules : List.of(ofServer, ofCaches.getOrDefault(cache.id(), List.of()))) {
                for (Denial rule : rules) {
                    if (!rule.isOver(now) && test.test(rule)) {
                        return Optional.of(rule);
                    }
                }
            }
            return Optional.empty();
        }
    }

    /**
     * Whether it is known that no rule denies the path to the cache.
     *
     * @param heard whether memory is known to be current; asked for a cache that has rules
     */
    boolean isOpen(BooleanSupplier heard, Cache cache, NarInfo path) {
        Snapshot now = current();
        if (now == null) {
            return false;
        }
        return !now.covers(cache)
                || (heard.getAsBoolean() && now.denial(cache, path).isEmpty());
    }

    /** Null where they have to be read anew. */
    @Nullable
    Snapshot current() {
        Snapshot known = snapshot;
        return known != null && known.version == changes.get() ? known : null;
    }

    /** Some are others now. */
    void changed() {
        changes.incrementAndGet();
    }

    /** All may be others: what was read before counts no more. */
    void lost() {
        changed();
        synchronized (this) {
            snapshot = null;
        }
    }

    /**
     * Reads them, unless somebody has done so meanwhile.
     *
     * @param read is given what was read before; null: nothing
     */
    synchronized Snapshot reload(Function<@Nullable ReadDenials, ReadDenials> read) {
        Snapshot known = current();
        if (known == null) {
            Snapshot last = snapshot;
            long before = changes.get();
            known = new Snapshot(read.apply(last == null ? null : last.read), before);
            snapshot = known;
        }
        return known;
    }
}
