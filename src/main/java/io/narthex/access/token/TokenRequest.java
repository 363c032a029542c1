package io.narthex.access.token;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants a new token to be.
 *
 * @param caches names or patterns, with tenants where the token is the server's; empty: all
 * @param expiresAt null: never
 */
public record TokenRequest(
        String note,
        Set<Scope> scopes,
        List<String> caches,
        @Nullable Instant expiresAt) {
    public TokenRequest {
        scopes = Set.copyOf(scopes);
        caches = List.copyOf(caches);
    }

    /**
     * The caches as patterns, each empty that is none.
     *
     * @param tenant whose token it is; null: the server's
     */
    public static List<Optional<CachePattern>> patterns(@Nullable String tenant, List<String> caches) {
        if (caches.isEmpty()) {
            return List.of(Optional.of(
                    tenant == null
                            ? CachePattern.EVERYTHING
                            : new CachePattern(tenant, CachePattern.EVERYTHING.cache(), null)));
        }
        return caches.stream()
                .map(text -> tenant == null ? CachePattern.tryParse(text) : CachePattern.tryParse(tenant, text))
                .toList();
    }
}
