package io.narthex.trust;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Somebody whose identity tokens may be exchanged here.
 *
 * @param id its row
 * @param version counts its changes
 */
record Issuer(int id, String name, Settings settings, long version, Instant createdAt) {
    /** What an identity token may live, from its making to its end, unless the administrator says otherwise. */
    static final int USUAL_LIFETIME_SECONDS = 3_600;

    /**
     * What its administrator says of it.
     *
     * @param url what its tokens have as {@code iss}, byte for byte
     * @param requiredClaims what each trust must bind to exact values; null: as its kind says
     * @param jwks its public keys, as JSON; null: it is asked for them
     * @param reuse whether one identity token may be exchanged more than once
     */
    record Settings(
            String url,
            IssuerKind kind,
            @Nullable List<String> requiredClaims,
            @Nullable String jwks,
            boolean reuse,
            int maxLifetimeSeconds) {
        Settings {
            requiredClaims = requiredClaims == null ? null : List.copyOf(requiredClaims);
        }

        /** Whether whatever token it vouched for before, it vouches for still. */
        boolean keeps(Settings before) {
            return url.equals(before.url)
                    && kind == before.kind
                    && required().equals(before.required())
                    && Objects.equals(jwks, before.jwks)
                    && (reuse || !before.reuse)
                    && maxLifetimeSeconds >= before.maxLifetimeSeconds;
        }

        List<String> required() {
            return requiredClaims == null ? kind.requiredClaims() : requiredClaims;
        }
    }

    /** Another for each change, and for one that gets the name later. */
    String entityTag() {
        return "\"" + id + "-" + version + "\"";
    }
}
