package io.narthex.access;

import io.narthex.access.Caller.Cause;
import io.narthex.access.Caller.Refused;
import io.narthex.access.token.Target;
import io.narthex.access.token.Token;
import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.meter.LabelledCounts;
import io.narthex.meter.Meters;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;

/**
 * Records a refusal for the tenant whose token was refused, or, without a token of a tenant, for the tenant whose cache
 * was asked for. What one tenant's token tries on another tenant's cache is not the other's to read.
 */
@ApplicationScoped
class RefusalRecord {
    /** Of a URL. */
    private static final int LONGEST = 300;

    @Inject
    private AuditLog audit;

    @Inject
    private PresentCaller present;

    @Inject
    private CacheDirectory caches;

    @Inject
    private Meters meters;

    private LabelledCounts counts;

    /** Every reason has its meter before the first refusal. */
    @PostConstruct
    void start() {
        counts = meters.counters(
                "narthex.access.refusals",
                "Requests that their caller may not make",
                "reason",
                List.of("forbidden", "hidden", "token-wrong", "token-expired", "token-revoked"));
    }

    /** Makes this bean, and so its meters, when the application starts. */
    void made(@Observes Startup event) {}

    /** Answered 403. */
    void forbidden(String method, String url, String reason) {
        counts.increment("forbidden");
        audit.refused(about(AuditAction.ACCESS_REFUSED, method, url), reason);
    }

    /** Answered 404 to a token that may not know whether there is such a cache. */
    void hidden(String method, String url) {
        counts.increment("hidden");
        Target target = present.target();
        String what = target.cache().isEmpty() ? target.tenant() : target.tenant() + "/" + target.cache();
        audit.refused(
                about(AuditAction.ACCESS_REFUSED, method, url), "The token may not know whether there is a " + what);
    }

    /** Answered 401; who showed no token at all was not refused but asked for one. */
    void unauthenticated(String method, String url) {
        if (present.get() instanceof Refused refused) {
            String kind = switch (refused.cause()) {
                case Cause.Wrong wrong -> "wrong";
                case Cause.Expired expired -> "expired";
                case Cause.Revoked revoked -> "revoked";
            };
            counts.increment("token-" + kind);
            audit.refused(
                    about(AuditAction.TOKEN_REFUSED, method, url).detail("kind", kind),
                    refused.cause().sentence());
        }
    }

    private AuditEvent about(AuditAction action, String method, String url) {
        AuditEvent event = AuditEvent.of(action)
                .detail("method", method)
                .detail("url", url.length() <= LONGEST ? url : url.substring(0, LONGEST));
        Target target = present.target();
        Optional<Cache> cache = caches.now().find(target.tenant() + "/" + target.cache());
        Token token = present.known();
        Token.Owner owner = token == null ? null : token.tenant();
        if (!target.tenant().isEmpty()) {
            event = event.detail("target", target.tenant() + (target.cache().isEmpty() ? "" : "/" + target.cache()));
        }
        if (cache.isPresent() && (owner == null || owner.id() == cache.get().tenantId())) {
            return event.cache(cache.get().tenantId(), cache.get().id());
        }
        return owner == null ? event : event.tenant(owner.id());
    }
}
