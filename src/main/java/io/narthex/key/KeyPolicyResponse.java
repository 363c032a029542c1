package io.narthex.key;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that says how often a cache changes its key.
 *
 * @param rotateEveryDays null: never by itself
 * @param nextAt when the next key signs by itself, which is shown {@code publishAheadDays} before; null: never
 */
record KeyPolicyResponse(
        @Nullable Integer rotateEveryDays,
        int publishAheadDays,
        int overlapDays,
        @Nullable Instant nextAt) {
    static KeyPolicyResponse of(StoredPolicy stored) {
        KeyPolicy policy = stored.policy();
        return new KeyPolicyResponse(
                policy.rotateEveryDays(), policy.publishAheadDays(), policy.overlapDays(), stored.nextAt());
    }
}
