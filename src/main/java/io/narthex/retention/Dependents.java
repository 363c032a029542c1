package io.narthex.retention;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What needs a path, directly or not: found breadth-first over the references, backwards, so that each chain is the shortest.
 * By the paths' numbers in {@code store_path}.
 */
final class Dependents {
    /** More roots than these would list nobody reads; a library of all programs has millions. */
    static final int MOST = 100_000;

    private static final int AT_ONCE = 5_000;
    private static final String REFERRERS = """
        select e.reference, e.referrer from path_edge e where e.scope = ? and e.reference = any (?) limit ?
        """;

    /** For each path the next one on the way to the path that is asked for; that itself first, with itself. */
    private final Map<Integer, Integer> next = new LinkedHashMap<>();

    private final boolean cut;

    private record Edge(int reference, int referrer) {}

    private Dependents(int path, Sql sql, int cacheId, int most) {
        next.put(path, path);
        List<Integer> frontier = List.of(path);
        while (!frontier.isEmpty() && next.size() < most) {
            List<Integer> found = new ArrayList<>();
            for (int from = 0; from < frontier.size() && next.size() < most; from += AT_ONCE) {
                int[] page = frontier.subList(from, Math.min(from + AT_ONCE, frontier.size())).stream()
                        .mapToInt(Integer::intValue)
                        .toArray();
                for (Edge edge : sql.all(
                        REFERRERS, r -> new Edge(r.getInt(1), r.getInt(2)), cacheId, new Sql.PathIds(page), most)) {
                    if (next.putIfAbsent(edge.referrer(), edge.reference()) == null) {
                        found.add(edge.referrer());
                    }
                }
            }
            frontier = found;
        }
        cut = !frontier.isEmpty();
    }

    /** @param most of them that are found, or a step more */
    static Dependents of(int path, Sql sql, int cacheId, int most) {
        return new Dependents(path, sql, cacheId, most);
    }

    /** Whether there are more. */
    boolean isCut() {
        return cut;
    }

    boolean has(int path) {
        return next.containsKey(path);
    }

    /** The path itself, then those nearest to it. */
    List<Integer> all() {
        return List.copyOf(next.keySet());
    }

    /** Those that refer to the path itself. */
    int[] direct() {
        int path = next.keySet().iterator().next();
        return next.entrySet().stream()
                .filter(each -> each.getValue() == path && each.getKey() != path)
                .mapToInt(Map.Entry::getKey)
                .toArray();
    }

    /** From one of them to the path that is asked for. */
    List<Integer> chain(int from) {
        List<Integer> chain = new ArrayList<>();
        int at = from;
        chain.add(at);
        while (Objects.requireNonNull(next.get(at)) != at) {
            at = Objects.requireNonNull(next.get(at));
            chain.add(at);
        }
        return chain;
    }

    /** Base names by the numbers of some paths. */
    static Map<Integer, String> names(Sql sql, List<Integer> paths) {
        Map<Integer, String> names = new HashMap<>();
        int[] numbers = paths.stream().mapToInt(Integer::intValue).distinct().toArray();
        sql.all(
                "select id, base_name from store_path where id = any (?)",
                r -> names.put(r.getInt(1), r.getString(2)),
                new Sql.PathIds(numbers));
        return names;
    }
}
