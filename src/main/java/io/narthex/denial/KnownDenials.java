package io.narthex.denial;

import io.narthex.cache.Cache;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.store.StorePath;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
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

        private Snapshot(List<Denial> all, long version) {
            this.version = version;
            for (Denial rule : all) {
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

        Optional<Denial> denialOfDerivation(Cache cache, StorePath derivation) {
            return first(cache, rule -> rule.deniesDerivation(derivation));
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

    /** Reads them, unless somebody has done so meanwhile. */
    synchronized Snapshot reload(Supplier<List<Denial>> read) {
        Snapshot known = current();
        if (known == null) {
            long before = changes.get();
            known = new Snapshot(read.get(), before);
            snapshot = known;
        }
        return known;
    }
}
