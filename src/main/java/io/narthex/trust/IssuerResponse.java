package io.narthex.trust;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that describes an issuer.
 *
 * @param requiredClaims null: those of its kind
 * @param jwks as they were given; null: it is asked
 */
record IssuerResponse(
        String name,
        String issuer,
        String kind,
        @Nullable List<String> requiredClaims,
        @JsonRawValue @Nullable String jwks,
        boolean reuse,
        int maxLifetimeSeconds,
        Instant createdAt) {
    static IssuerResponse of(Issuer issuer) {
        Issuer.Settings settings = issuer.settings();
        return new IssuerResponse(
                issuer.name(),
                settings.url(),
                settings.kind().text(),
                settings.requiredClaims(),
                settings.jwks(),
                settings.reuse(),
                settings.maxLifetimeSeconds(),
                issuer.createdAt());
    }
}
