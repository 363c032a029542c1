package io.narthex.retention;

import io.narthex.cache.Cache;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says of a path why it is still there, and when it goes. Each call is a transaction. */
@ApplicationScoped
@Retried
@Transactional
public class Explanations {
    private static final int MOST_ROOTS = 1_000;

    /** Of what needs a path, when a person waits for the answer: a hundredth of what is looked through at most. */
    private static final int NEAREST = 1_000;

    /** Roots of those that a person reads. */
    private static final int NEAREST_ROOTS = 100;

    private static final String FIND = """
        select p.id, p.condemned_at, s.id, store_path_base_name(p.hash, p.name)
        from uploaded_path p left join store_path s on s.base_name = store_path_base_name(p.hash, p.name)
        where p.cache_id = ? and p.hash = ?
        """;
    private static final String POLICY = """
        select r.keep_days, r.grace_days, r.keep_content_addressed, use_cutoff(r.keep_days), now(),
               cache_is_held(x.cache_id)
        from (values (cast(? as integer))) x(cache_id) left join cache_retention r on r.cache_id = x.cache_id
        """;
    private static final String PINNED = """
        select s.id, r.pin, r.revision, r.until
        from pin_roots(?) r join store_path s on s.base_name = store_path_base_name(r.hash, r.name)
        order by r.pin, r.revision desc
        """;
    private static final String HELD = """
        select distinct s.id from held_roots(?) h join store_path s on s.base_name = h.base_name
        """;
    /** A publication by a promotion is not told twice. */
    private static final String USED = """
        select h.path_id, p.last_used, p.content_address is not null and ?
        from path_held h join uploaded_path p on p.id = h.row_id
        where h.scope = ? and h.path_id = any (?) and p.condemned_at is null
          and (p.last_used >= ? or p.content_address is not null and ?)
          and (p.content_address is not null
               or not exists (select from promoted_path x join promotion m on m.id = x.promotion_id
                              where x.cache_id = p.cache_id and x.hash = p.hash and m.state = 'visible'
                                and m.visible_at + interval '1 minute' >= p.last_used))
        order by p.content_address is null, p.last_used desc limit ?
        """;

    private static final String PROMOTED = """
        select h.path_id, max(m.visible_at)
        from path_held h
             join uploaded_path p on p.id = h.row_id
             join promoted_path x on x.cache_id = p.cache_id and x.hash = p.hash
             join promotion m on m.id = x.promotion_id and m.state = 'visible'
        where h.scope = ? and h.path_id = any (?) and p.condemned_at is null and m.visible_at >= ?
        group by h.path_id
        order by max(m.visible_at) desc limit ?
        """;
    private static final String REFERRERS = """
        select h.path_id, p.condemned_at from path_held h join uploaded_path p on p.id = h.row_id
        where h.scope = ? and h.path_id = any (?) order by p.condemned_at desc limit ?
        """;
    /** Of a path whose references are not known yet: it has just come. */
    private static final String OWN = "select last_used, content_address is not null from uploaded_path where id = ?";

    @Inject
    private Sql sql;

    /** @param path null: its references are not known yet */
    private record Found(
            long row,
            @Nullable Instant condemnedAt,
            @Nullable Integer path,
            String baseName) {}

    private record Policy(
            @Nullable Integer keepDays,
            int graceDays,
            boolean contents,
            @Nullable Instant cutoff,
            Instant now,
            boolean held) {
        /** Until when a use keeps a path. */
        Instant until(Instant used) {
            Duration kept = Duration.between(Objects.requireNonNull(cutoff), now);
            return used.plus(kept);
        }
    }

    /** A root by the number of its path. */
    private record Root(
            String kind,
            int path,
            @Nullable String pin,
            @Nullable Integer revision,
            @Nullable Instant until) {}

    /** Empty where nothing like that was pushed into the cache. */
    public Optional<Explanation> explain(Cache cache, StorePathHash hash) {
        return explain(cache, hash, Dependents.MOST, MOST_ROOTS);
    }

    /**
     * The same, as soon as something is found that keeps it: then others may keep it longer, and {@link Explanation#more} says that
     * there may be some.
     */
    public Optional<Explanation> explainByNearest(Cache cache, StorePathHash hash) {
        Optional<Explanation> nearest = explain(cache, hash, NEAREST, NEAREST_ROOTS);
        return nearest.filter(found -> found.kept() || !found.more()).or(() -> explain(cache, hash));
    }

    private Optional<Explanation> explain(Cache cache, StorePathHash hash, int most, int roots) {
        Optional<Found> found = sql.first(
                FIND,
                r -> new Found(r.getLong(1), Sql.moment(r, 2), r.getObject(3, Integer.class), r.getString(4)),
                cache.id(),
                hash.toBytes());
        Policy policy = sql.one(
                POLICY,
                r -> new Policy(
                        r.getObject(1, Integer.class),
                        r.getInt(2),
                        r.getBoolean(3),
                        Sql.moment(r, 4),
                        Objects.requireNonNull(Sql.moment(r, 5)),
                        r.getBoolean(6)),
                cache.id());
        return found.map(path -> explain(cache, path, policy, most, roots));
    }

    private Explanation explain(Cache cache, Found found, Policy policy, int most, int mostRoots) {
        Integer known = found.path();
        // what has no number yet has no referrers that are known either
        int path = known == null ? 0 : known;
        Dependents dependents = Dependents.of(path, sql, cache.id(), most);
        List<Root> roots = new ArrayList<>();
        sql
                .all(
                        PINNED,
                        r -> new Root("pin", r.getInt(1), r.getString(2), r.getInt(3), Sql.moment(r, 4)),
                        cache.id())
                .stream()
                .filter(root -> dependents.has(root.path()))
                .forEach(roots::add);
        sql.all(HELD, r -> new Root("hold", r.getInt(1), null, null, null), cache.id()).stream()
                .filter(root -> dependents.has(root.path()))
                .forEach(roots::add);
        if (policy.held()) {
            roots.add(new Root("hold", path, null, null, null));
        }
        if (policy.keepDays() == null) {
            roots.add(new Root("forever", path, null, null, null));
        } else {
            roots.addAll(used(cache, found, policy, dependents));
        }
        roots.addAll(promoted(cache, policy, dependents));
        boolean kept = !roots.isEmpty();
        if (!kept) {
            roots.addAll(referrers(cache, policy, dependents));
        }
        List<Root> listed = roots.subList(0, Math.min(mostRoots, roots.size()));
        return new Explanation(
                kept,
                goesAt(found, policy, roots).orElse(null),
                shown(cache, found, listed, dependents),
                dependents.isCut() || roots.size() > listed.size());
    }

    private List<Root> used(Cache cache, Found found, Policy policy, Dependents dependents) {
        Instant cutoff = Objects.requireNonNull(policy.cutoff());
        if (found.path() == null) {
            return sql.all(OWN, r -> used(0, Objects.requireNonNull(Sql.moment(r, 1)), policy), found.row());
        }
        return sql.all(
                USED,
                r -> r.getBoolean(3)
                        ? new Root("forever", r.getInt(1), null, null, null)
                        : used(r.getInt(1), Objects.requireNonNull(Sql.moment(r, 2)), policy),
                policy.contents(),
                cache.id(),
                new Sql.PathIds(
                        dependents.all().stream().mapToInt(Integer::intValue).toArray()),
                cutoff,
                policy.contents(),
                MOST_ROOTS + 1);
    }

    /** A promotion publishes, whatever becomes of the cache from which the path came. */
    private List<Root> promoted(Cache cache, Policy policy, Dependents dependents) {
        Instant cutoff = policy.cutoff();
        return sql.all(
                PROMOTED,
                r -> new Root(
                        "promotion",
                        r.getInt(1),
                        null,
                        null,
                        cutoff == null ? null : policy.until(Objects.requireNonNull(Sql.moment(r, 2)))),
                cache.id(),
                new Sql.PathIds(
                        dependents.all().stream().mapToInt(Integer::intValue).toArray()),
                cutoff == null ? Instant.EPOCH : cutoff,
                MOST_ROOTS + 1);
    }

    /** Nothing keeps these either; but they go first. */
    private List<Root> referrers(Cache cache, Policy policy, Dependents dependents) {
        return sql.all(
                REFERRERS,
                r -> {
                    Instant hidden = Sql.moment(r, 2);
                    return new Root("referrer", r.getInt(1), null, null, hidden == null ? policy.now() : hidden);
                },
                cache.id(),
                new Sql.PathIds(dependents.direct()),
                MOST_ROOTS + 1);
    }

    private static Root used(int path, Instant at, Policy policy) {
        return new Root("use", path, null, null, policy.until(at));
    }

    private static Optional<Instant> goesAt(Found found, Policy policy, List<Root> roots) {
        Duration grace = Duration.ofDays(policy.graceDays());
        if (roots.isEmpty()) {
            Instant hidden = found.condemnedAt();
            return Optional.of((hidden == null ? policy.now() : hidden).plus(grace));
        }
        // what only referrers keep that nothing keeps goes with the last of these
        if (roots.stream().anyMatch(root -> root.until() == null)) {
            return Optional.empty();
        }
        return roots.stream()
                .map(Root::until)
                .map(Objects::requireNonNull)
                .max(Comparator.naturalOrder())
                .map(until -> until.plus(grace));
    }

    private List<Explanation.Root> shown(Cache cache, Found found, List<Root> roots, Dependents dependents) {
        List<List<Integer>> chains =
                roots.stream().map(root -> dependents.chain(root.path())).toList();
        Map<Integer, String> names =
                Dependents.names(sql, chains.stream().flatMap(List::stream).toList());
        names.putIfAbsent(dependents.all().getFirst(), found.baseName());
        List<Explanation.Root> shown = new ArrayList<>();
        for (int i = 0; i < roots.size(); i++) {
            Root root = roots.get(i);
            shown.add(new Explanation.Root(
                    root.kind(),
                    root.pin(),
                    root.revision(),
                    root.until(),
                    chains.get(i).stream()
                            .filter(names::containsKey)
                            .map(path -> cache.storeDir().path() + "/" + names.get(path))
                            .toList()));
        }
        return shown;
    }
}
