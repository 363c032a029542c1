package io.narthex.trust;

import io.narthex.access.token.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The JSON that describes a trust. */
public record TrustResponse(
        String name,
        String tenant,
        String issuer,
        String audience,
        Map<String, List<String>> claims,
        Map<String, List<String>> allow,
        List<String> scopes,
        List<String> caches,
        int ttlSeconds,
        Instant createdAt) {
    static TrustResponse of(Trust trust) {
        Trust.Settings settings = trust.settings();
        return new TrustResponse(
                trust.name(),
                trust.tenant(),
                settings.issuer(),
                settings.audience(),
                settings.claims(),
                settings.allow(),
                settings.scopes().stream().sorted().map(Scope::text).toList(),
                settings.caches(),
                settings.ttlSeconds(),
                trust.createdAt());
    }
}
