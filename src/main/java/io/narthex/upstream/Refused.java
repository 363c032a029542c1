package io.narthex.upstream;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.nix.store.StorePath;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Records what an upstream gave and what was not taken, each path once an hour. */
@ApplicationScoped
@Retried
@Transactional(Transactional.TxType.REQUIRES_NEW)
public class Refused {
    private static final int KEPT = 10_000;
    private static final String UNSIGNED = "no trusted key has signed it";

    @Inject
    private AuditLog audit;

    private final com.github.benmanes.caffeine.cache.Cache<Told, Boolean> told = Caffeine.newBuilder()
            .maximumSize(KEPT)
            .expireAfterWrite(Duration.ofHours(1))
            .build();

    /** @param what a path, or the name of a small file */
    private record Told(AuditAction action, int upstreamId, int cacheId, Object what) {}

    /** None of its keys has signed the path. */
    void signature(Upstream upstream, Cache cache, StorePath path) {
        record(AuditAction.UPSTREAM_SIGNATURE_REFUSED, upstream, cache, path, e -> e.path(path), UNSIGNED);
    }

    /** None of its keys has signed a small file. */
    void sideFile(Upstream upstream, Cache cache, String name) {
        record(AuditAction.UPSTREAM_SIGNATURE_REFUSED, upstream, cache, name, e -> e.detail("file", name), UNSIGNED);
    }

    /** Its bytes are not those that its narinfo tells of. */
    void bytes(Upstream upstream, Cache cache, StorePath path, String why) {
        record(AuditAction.UPSTREAM_BYTES_REFUSED, upstream, cache, path, e -> e.path(path), why);
    }

    private void record(
            AuditAction action,
            Upstream upstream,
            Cache cache,
            Object what,
            UnaryOperator<AuditEvent> named,
            String why) {
        if (told.asMap().putIfAbsent(new Told(action, upstream.id(), cache.id(), what), true) == null) {
            audit.recordOwn(named.apply(AuditEvent.of(action))
                    .cache(cache.tenantId(), cache.id())
                    .detail("upstream", upstream.name())
                    .detail("reason", why));
        }
    }
}
