package io.narthex.key;

import io.narthex.nix.signature.PublicKey;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The part of a key that anybody may know: its public half, its state and its dates.
 *
 * @param imported whether it was brought from elsewhere
 * @param elsewhere whether others may have its secret, and so sign by it in other names: it was imported, or exported
 * @param revocationReason in the words of who revoked it; for whoever has a token for the cache
 * @param nextAt when the next step of its life is planned
 * @param replacedAt when another takes its place by itself, as the policy stands; null: not known here, or never
 */
public record PublishedKey(
        PublicKey publicKey,
        KeyState state,
        boolean imported,
        boolean elsewhere,
        Instant createdAt,
        @Nullable Instant activeAt,
        @Nullable Instant retiringAt,
        @Nullable Instant retiredAt,
        @Nullable Instant revokedAt,
        @Nullable String revocationReason,
        @Nullable Instant nextAt,
        @Nullable Instant replacedAt) {
    /** How long before a key is replaced by itself its users hear of it: two rounds of whoever looks monthly. */
    static final Duration AHEAD = Duration.ofDays(60);

    static PublishedKey of(SigningKeyEntity key) {
        return of(key, null);
    }

    static PublishedKey of(SigningKeyEntity key, @Nullable Instant replacedAt) {
        return new PublishedKey(
                key.publicKey(),
                key.state(),
                key.imported(),
                key.isElsewhere(),
                key.dates().createdAt(),
                key.dates().activeAt(),
                key.dates().retiringAt(),
                key.dates().retiredAt(),
                key.dates().revokedAt(),
                key.revocationReason(),
                key.dueAt(),
                replacedAt);
    }

    /** Whether whoever trusts it has to see about the next one, 60 days before that signs. */
    public boolean isReplacedSoon(Instant now) {
        return replacedAt != null && !now.isBefore(replacedAt.minus(AHEAD));
    }
}
