package io.narthex.access;

import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Scope;
import io.narthex.access.token.Token;
import io.narthex.access.token.TokenRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides which tokens a caller may make: a pure function. */
final class TokenPolicy {
    /** What a token lives that nobody gave an end. */
    static final Duration USUAL = Duration.ofDays(90);

    private TokenPolicy() {}

    /**
     * Goes on only if the token may be made.
     *
     * @param patterns the caches that are wanted, each empty that is none; a plain name with the cache that has it now
     * @param tenant whose it is to be; null: the server's
     * @param maker the token that makes it; null: the server's administrator, who may make any
     */
    static void check(
            TokenRequest request,
            List<Optional<CachePattern>> patterns,
            @Nullable String tenant,
            @Nullable Token maker,
            Instant now) {
        if (request.scopes().isEmpty()) {
            throw new TokenException.Impossible(
                    "scopes must have one of pull, push, pin, delete, promote, gate, deny, metrics, audit, administer");
        }
        if (tenant != null && request.scopes().contains(Scope.METRICS)) {
            throw new TokenException.Impossible(
                    "metrics is a scope of the server's own tokens: the numbers are of all tenants");
        }
        Instant end = request.expiresAt();
        if (end != null && !now.isBefore(end)) {
            throw new TokenException.Impossible("expiresAt is in the past");
        }
        for (int i = 0; i < patterns.size(); i++) {
            if (patterns.get(i).isEmpty()) {
                throw new TokenException.Impossible(
                        "caches has \"" + request.caches().get(i) + "\", which must be "
                                + (tenant == null ? "tenant/cache, each of " : "") + CachePattern.SENTENCE);
            }
        }
        if (maker != null) {
            checkWithin(request, patterns, maker);
        }
        // after what the maker may give: nobody learns here which caches there are beyond that
        patterns.stream()
                .flatMap(Optional::stream)
                .filter(pattern -> pattern.isPlain() && pattern.cacheId() == null)
                .findFirst()
                .ifPresent(pattern -> {
                    throw new TokenException.NoSuchCache(pattern);
                });
    }

    private static void checkWithin(TokenRequest request, List<Optional<CachePattern>> patterns, Token maker) {
        for (Scope scope : request.scopes()) {
            if (!maker.grant().has(scope)) {
                throw new TokenException.TooMuch("The token has not the scope " + scope.text() + " to give");
            }
        }
        for (Optional<CachePattern> pattern : patterns) {
            CachePattern wanted = pattern.orElseThrow();
            if (!maker.grant().covers(wanted)) {
                throw new TokenException.TooMuch(
                        "The token is not for all of " + wanted.tenant() + "/" + wanted.cache());
            }
        }
        Instant own = maker.expiresAt();
        Instant end = request.expiresAt();
        if (end == null) {
            throw new TokenException.TooMuch("A token that never expires is the server administrator's to give");
        }
        if (own != null && end.isAfter(own)) {
            throw new TokenException.TooMuch("The token expires at " + own + ", and gives none that lives longer");
        }
    }

    /** Whether a token is for no other caches than its caller's own, so that the caller may see and revoke it. */
    static boolean mayManage(@Nullable Token caller, Token token) {
        return caller == null || token.grant().caches().stream().allMatch(caller.grant()::covers);
    }
}
