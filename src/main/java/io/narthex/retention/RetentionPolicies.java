package io.narthex.retention;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.http.Preconditions;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.Types;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads and writes how long caches keep what nobody uses. Each call is a transaction. */
@ApplicationScoped
@Retried
@Transactional
public class RetentionPolicies {
    private static final String FIND = """
        select keep_days, grace_days, keep_content_addressed, version from cache_retention where cache_id = ?
        """;
    private static final String PUT = """
        insert into cache_retention (cache_id, tenant_id, keep_days, grace_days, keep_content_addressed)
        values (?, ?, ?, ?, ?)
        on conflict (cache_id) do update
           set keep_days = excluded.keep_days, grace_days = excluded.grace_days, set_at = clock_timestamp(),
               keep_content_addressed = excluded.keep_content_addressed, version = cache_retention.version + 1,
               clean_cutoff = null
        """;

    @Inject
    private Sql sql;

    @Inject
    private AuditLog audit;

    /**
     * A policy as it is stored.
     *
     * @param version counts its changes; -1: the cache has none of its own
     */
    record Stored(RetentionPolicy policy, long version) {
        String entityTag() {
            return "\"retention-" + version + "\"";
        }
    }

    /**
     * What a PUT came to.
     *
     * @param made whether the cache had no policy
     */
    record Put(Stored stored, boolean made) {}

    /** How long the cache keeps what nobody uses. */
    Stored find(Cache cache) {
        return stored(cache).orElse(new Stored(RetentionPolicy.INITIAL, -1));
    }

    private Optional<Stored> stored(Cache cache) {
        return sql.first(
                FIND,
                r -> new Stored(
                        new RetentionPolicy(r.getObject(1, Integer.class), r.getInt(2), r.getBoolean(3)), r.getLong(4)),
                cache.id());
    }

    /** Sets what a request makes of what there is. */
    Put put(Cache cache, UnaryOperator<RetentionPolicy> change, Preconditions preconditions) {
        sql.lockAlone("retention " + cache.id());
        Optional<Stored> before = stored(cache);
        preconditions.check(before.map(Stored::entityTag).orElse(null));
        RetentionPolicy kept = before.map(Stored::policy).orElse(RetentionPolicy.INITIAL);
        RetentionPolicy policy = change.apply(kept);
        if (before.isEmpty() || !policy.equals(kept)) {
            sql.change(
                    PUT,
                    cache.id(),
                    cache.tenantId(),
                    new Sql.Null<>(policy.keepDays(), Types.INTEGER),
                    policy.graceDays(),
                    policy.keepContentAddressed());
            audit.record(event(cache, policy));
        }
        return new Put(find(cache), before.isEmpty());
    }

    /** From now on the cache keeps all for ever. False: it did so already. */
    boolean delete(Cache cache, @Nullable String ifMatch) {
        sql.lockAlone("retention " + cache.id());
        Optional<Stored> before = stored(cache);
        if (before.isEmpty()) {
            return false;
        }
        new Preconditions(ifMatch, null).check(before.get().entityTag());
        sql.change("delete from cache_retention where cache_id = ?", cache.id());
        audit.record(event(cache, RetentionPolicy.INITIAL));
        return true;
    }

    private static AuditEvent event(Cache cache, RetentionPolicy policy) {
        return AuditEvent.of(AuditAction.RETENTION_CHANGED)
                .cache(cache.tenantId(), cache.id())
                .detail("keepDays", policy.keepDays())
                .detail("graceDays", policy.graceDays())
                .detail("keepContentAddressed", policy.keepContentAddressed());
    }
}
