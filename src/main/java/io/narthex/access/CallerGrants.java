package io.narthex.access;

import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Token;
import io.narthex.access.token.TokenRequest;
import io.narthex.cache.Caches;
import io.narthex.tenant.TenantName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges what the present caller may let others have. What makes tokens gives no more than its maker could. */
@ApplicationScoped
public class CallerGrants {
    private final Clock clock = Clock.systemUTC();

    @Inject
    private PresentCaller present;

    @Inject
    private Caches caches;

    /**
     * Goes on only if the caller could make a token of these scopes for these caches.
     *
     * @param names of caches, or patterns; none: all of the tenant
     * @return the names as patterns, each plain one with the cache that has it now
     * @throws TokenException where that cannot be, or is more than the caller has
     */
    public List<CachePattern> check(TenantName tenant, Set<Scope> scopes, List<String> names) {
        Instant now = clock.instant();
        Token maker = maker();
        Instant end = maker == null || maker.expiresAt() == null ? now.plus(1, ChronoUnit.HOURS) : maker.expiresAt();
        List<Optional<CachePattern>> patterns = TokenRequest.patterns(tenant.text(), names).stream()
                .map(pattern -> pattern.map(this::bound))
                .toList();
        TokenPolicy.check(new TokenRequest("", scopes, names, end), patterns, tenant.text(), maker, now);
        return patterns.stream().map(Optional::orElseThrow).toList();
    }

    private CachePattern bound(CachePattern pattern) {
        return pattern.isPlain()
                ? pattern.of(caches.findId(pattern.tenant(), pattern.cache()).orElse(null))
                : pattern;
    }

    /** Whether what is for these caches is for none but the caller's own, so that the caller may see and change it. */
    public boolean mayManage(List<CachePattern> patterns) {
        Token maker = maker();
        return maker == null || patterns.stream().allMatch(maker.grant()::covers);
    }

    /** Null: the server's administrator. */
    private @Nullable Token maker() {
        return present.get() instanceof Caller.Holder holder && !holder.token().administersServer()
                ? holder.token()
                : null;
    }
}
