package io.narthex.cache;

import io.narthex.cache.OtherSource.OfCache;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which caches list which, by their full names: finds circles, and how many sources a cache has with all that those list. */
final class SourceGraph {
    /** A miss asks each of them, and so does whoever asks memory whether a path is absent. */
    static final int MOST = 64;

    private final Map<String, List<OtherSource>> lists = new HashMap<>();
    private final Map<String, Integer> counted = new HashMap<>();

    /** A cache lists these, in place of what was said of it before. */
    void add(String cache, List<OtherSource> sources) {
        lists.put(cache, sources);
    }

    private List<OtherSource> of(String cache) {
        return lists.getOrDefault(cache, List.of());
    }

    /** The first of a cache's sources that leads back to it; null: none does. */
    @Nullable
    OfCache circleOf(String cache) {
        for (OtherSource source : of(cache)) {
            if (source instanceof OfCache other && leadsTo(other.fullName(), cache, new HashSet<>())) {
                return other;
            }
        }
        return null;
    }

    private boolean leadsTo(String from, String to, Set<String> seen) {
        if (from.equals(to)) {
            return true;
        }
        return seen.add(from)
                && of(from).stream()
                        .anyMatch(source -> source instanceof OfCache other && leadsTo(other.fullName(), to, seen));
    }

    /** Whether any cache has more sources than {@link #MOST}, with all that those list. There must be no circle. */
    boolean isTooLarge() {
        return lists.keySet().stream().anyMatch(cache -> count(cache) > MOST);
    }

    private int count(String cache) {
        Integer known = counted.get(cache);
        if (known != null) {
            return known;
        }
        long sum = 0;
        for (OtherSource source : of(cache)) {
            sum += 1 + (source instanceof OfCache other ? count(other.fullName()) : 0);
        }
        int count = (int) Math.min(MOST + 1L, sum);
        counted.put(cache, count);
        return count;
    }
}
