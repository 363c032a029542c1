package io.narthex.key;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that describes a key.
 *
 * @param publicKey in Nix's form
 * @param nextAt when it becomes ACTIVE or RETIRED; null: nothing is planned
 * @param signing how far it has signed what the cache holds; null: not known, or it signs nothing
 */
record KeyResponse(
        String name,
        String publicKey,
        KeyState state,
        boolean imported,
        Instant createdAt,
        @Nullable Instant activeAt,
        @Nullable Instant retiringAt,
        @Nullable Instant retiredAt,
        @Nullable Instant revokedAt,
        @Nullable String revocationReason,
        @Nullable Instant nextAt,
        SigningProgress.@Nullable Progress signing) {
    static KeyResponse of(PublishedKey key, SigningProgress.@Nullable Progress signing) {
        return new KeyResponse(
                key.publicKey().name(),
                key.publicKey().toString(),
                key.state(),
                key.imported(),
                key.createdAt(),
                key.activeAt(),
                key.retiringAt(),
                key.retiredAt(),
                key.revokedAt(),
                key.revocationReason(),
                key.nextAt(),
                signing);
    }
}
