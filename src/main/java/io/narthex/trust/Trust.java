package io.narthex.trust;

import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Scope;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says which identity tokens a tenant takes, and for which of its own.
 *
 * @param id its row
 * @param tenant the name that the tenant has
 * @param patterns the caches of the settings, each plain name with the cache that it meant when the trust was set
 * @param version counts its changes
 */
record Trust(
        long id,
        int tenantId,
        String tenant,
        String name,
        Settings settings,
        List<CachePattern> patterns,
        long version,
        Instant createdAt) {
    static final int USUAL_TTL_SECONDS = 3_600;
    /** Six hours: the longest that a build of the usual services takes. */
    static final int MOST_TTL_SECONDS = 21_600;

    Trust {
        patterns = List.copyOf(patterns);
    }

    /**
     * What its maker says.
     *
     * @param issuer the URL of an issuer
     * @param audience what the identity token must be for, and for nothing else
     * @param claims name to exact values or patterns ({@link ClaimPattern}), of which one must match
     * @param allow name to exact values, in place of what the issuer's kind requires of a push; no values: any will do
     * @param caches names or patterns; empty: all
     */
    record Settings(
            String issuer,
            String audience,
            Map<String, List<String>> claims,
            Map<String, List<String>> allow,
            Set<Scope> scopes,
            List<String> caches,
            int ttlSeconds) {
        Settings {
            claims = copy(claims);
            allow = copy(allow);
            scopes = Set.copyOf(scopes);
            caches = List.copyOf(caches);
        }

        private static Map<String, List<String>> copy(Map<String, List<String>> map) {
            Map<String, List<String>> copy = new LinkedHashMap<>();
            map.forEach((name, values) -> copy.put(name, List.copyOf(values)));
            return copy;
        }

        /** Whether it binds the claim to exact values. */
        boolean binds(String claim) {
            List<String> values = claims.getOrDefault(claim, List.of());
            return !values.isEmpty() && values.stream().noneMatch(ClaimPattern::isPattern);
        }
    }

    /** Another for each change, and for one that gets the name later. */
    String entityTag() {
        return "\"" + id + "-" + version + "\"";
    }
}
