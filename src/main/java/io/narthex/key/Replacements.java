package io.narthex.key;

import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Finds which keys of the server are replaced next, by rotations that are under way or begin by themselves. */
@ApplicationScoped
@Retried
@Transactional
public class Replacements {
    /** More than anybody reads at once. */
    private static final int MOST = 1_000;

    private static final double DAY = Duration.ofDays(1).toSeconds();

    /** Like {@link KeyPolicy#replacementOf}. */
    private static final String NEXT = "select t.name || '/' || c.name, k.name, x.at, k.id"
            + " from signing_key k join cache c on c.id = k.cache_id and c.deleted_at is null"
            + " join tenant t on t.id = c.tenant_id and t.deleted_at is null"
            + " left join key_policy p on p.cache_id = k.cache_id"
            + " left join signing_key n on n.id = k.replaced_by and n.state = 'PENDING'"
            + " cross join lateral (select case when n.id is not null then n.due_at"
            + " when k.imported or k.replaced_by is not null then null"
            + " when p.cache_id is not null and p.rotate_every_days is null then null"
            + " else k.active_at + make_interval(secs => 86400.0 * coalesce(p.rotate_every_days, "
            + KeyPolicy.INITIAL.rotateEveryDays() + ")) end as at) x"
            + " where k.state = 'ACTIVE' and x.at is not null order by x.at, k.id";

    @Inject
    private KeyClock clock;

    @PersistenceContext
    private EntityManager entities;

    /**
     * One of them.
     *
     * @param keyId the row of the key that is replaced
     * @param cache {@code tenant/cache}
     * @param at when the other signs in its place
     */
    public record Replacement(long keyId, String cache, String key, Instant at) {}

    /** Those of the next sixty days, the first first: whoever trusts them has to see about the next keys. */
    public List<Replacement> soon() {
        Instant end = clock.now().plus(PublishedKey.AHEAD);
        return next().stream().filter(one -> !one.at().isAfter(end)).toList();
    }

    /** Of each cache of which a key is replaced by itself: the days that are left, by {@code tenant/cache}. */
    public Map<String, Double> daysLeft() {
        Instant now = clock.now();
        return next().stream()
                .collect(Collectors.toMap(
                        Replacement::cache,
                        one -> Duration.between(now, one.at()).toSeconds() / DAY,
                        Math::min));
    }

    /** The next ones, the first first. */
    List<Replacement> next() {
        List<?> rows = entities.createNativeQuery(NEXT, Object[].class)
                .setMaxResults(MOST)
                .getResultList();
        return rows.stream()
                .map(row -> (Object[]) row)
                .map(row -> new Replacement(
                        ((Number) row[3]).longValue(), (String) row[0], (String) row[1], (Instant) row[2]))
                .toList();
    }
}
