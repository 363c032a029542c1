package io.narthex.key;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes the steps of keys that are due, begins rotations by the caches' policies, and removes the signatures of dead
 * keys. Every call needs a transaction of the caller's.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class DueRotations {
    /** Nodes that have not heard of a key's death yet may still write signatures by it. */
    private static final Duration DYING = Duration.ofMinutes(1);
    /** Signatures of dead keys in one transaction and table: some 30 ms. */
    private static final int FORGOTTEN_AT_ONCE = 10_000;
    /** Steps in one transaction: each is a few rows. */
    private static final int AT_ONCE = 50;

    /** Caches without a key that is on its way, and when the next rotation begins by itself. {@link KeyPolicy#rotationOf}. */
    private static final String ROTATING = "select k.cache_id, min(k.active_at + make_interval(secs => 86400.0"
            + " * (coalesce(p.rotate_every_days, " + KeyPolicy.INITIAL.rotateEveryDays() + ")"
            + " - coalesce(p.publish_ahead_days, " + KeyPolicy.INITIAL.publishAheadDays() + ")))) as begins_at"
            + " from signing_key k join cache c on c.id = k.cache_id and c.deleted_at is null"
            + " join tenant t on t.id = c.tenant_id and t.deleted_at is null"
            + " left join key_policy p on p.cache_id = k.cache_id"
            + " where k.state = 'ACTIVE' and not k.imported and k.replaced_by is null"
            + " and (p.cache_id is null or p.rotate_every_days is not null)"
            + " and not exists (select from signing_key o where o.cache_id = k.cache_id and o.state = 'PENDING')"
            + " group by k.cache_id";

    /** Dead keys whose signatures are still there. */
    private static final String DEAD = "select k.id, coalesce(k.revoked_at, k.retired_at) as died_at from signing_key k"
            + " where k.state in ('RETIRED', 'REVOKED')"
            + " and (exists (select from upload_signature s where s.key_id = k.id)"
            + " or exists (select from path_signature s where s.key_id = k.id)"
            + " or exists (select from upstream_signature s where s.key_id = k.id)"
            + " or exists (select from cache_source_signature s where s.key_id = k.id))";

    private static final String NEXT = "select cast(min(x.at) as timestamptz) from ("
            + "select min(due_at) as at from signing_key where due_at is not null"
            + " union all select min(r.begins_at) from (" + ROTATING + ") r) x";

    @PersistenceContext
    private EntityManager entities;

    @Inject
    private SigningKeys keys;

    @Inject
    private KeySteps steps;

    @Inject
    private KeyPolicies policies;

    @Inject
    private CacheDirectory caches;

    /** Takes steps that are due, some of them; gives how many. Keys begun here come due at once where none is shown ahead. */
    int take(Instant now) {
        keys.lock();
        List<?> rotating = entities.createNativeQuery(
                        "select r.cache_id from (" + ROTATING + ") r where r.begins_at <= :now order by r.begins_at",
                        Integer.class)
                .setParameter("now", now)
                .setMaxResults(AT_ONCE)
                .getResultList();
        int begun = 0;
        for (Object id : rotating) {
            Optional<Cache> cache = caches.now().find((Integer) id);
            if (cache.isPresent()) {
                begin(cache.get(), now);
                begun++;
            }
        }
        List<SigningKeyEntity> due = keys.due(now, AT_ONCE);
        steps.takeDue(due, now);
        return begun + due.size() + steps.endOfDeleted(now);
    }

    private void begin(Cache cache, Instant now) {
        KeyPolicy policy = policies.of(cache.id());
        List<SigningKeyEntity> replaced = keys.of(cache.id()).stream()
                .filter(key ->
                        policy.rotationOf(key).filter(at -> !at.isAfter(now)).isPresent())
                .toList();
        steps.begin(cache, replaced, policy.begin(now), now);
    }

    /** Removes some of the signatures of one key that is dead for a while; gives how many. */
    int forget(Instant now) {
        List<?> dead = entities.createNativeQuery(
                        "select x.id from (" + DEAD + ") x where x.died_at <= :before order by x.died_at", Long.class)
                .setParameter("before", now.minus(DYING))
                .setMaxResults(1)
                .getResultList();
        return dead.isEmpty()
                ? 0
                : forget("upload_signature", dead.getFirst())
                        + forget("path_signature", dead.getFirst())
                        + forget("upstream_signature", dead.getFirst())
                        + forget("cache_source_signature", dead.getFirst());
    }

    /** Who deletes a path deletes its signatures too, in another order: the job waits for nobody. */
    private int forget(String table, Object key) {
        return entities.createNativeQuery("delete from " + table + " where ctid = any(array(select s.ctid from " + table
                        + " s where s.key_id = :key order by s.path_id limit :most for update skip locked))")
                .setParameter("key", key)
                .setParameter("most", FORGOTTEN_AT_ONCE)
                .executeUpdate();
    }

    /** When there is something to do again, where all that was due is done. */
    @Nullable
    Instant next(Instant now) {
        Instant step = at(NEXT);
        Instant death = at("select min(x.died_at) from (" + DEAD + ") x");
        if (death == null) {
            return step;
        }
        Instant forgetAt = death.plus(DYING);
        return step == null || forgetAt.isBefore(step) ? forgetAt : step;
    }

    private @Nullable Instant at(String sql) {
        return (Instant) entities.createNativeQuery(sql, Instant.class).getSingleResult();
    }
}
