package io.narthex.key;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says how often a cache changes its key, and for how long the old key signs beside the new one.
 *
 * @param rotateEveryDays from a key's first signature to that of the key in its place; null: never by itself
 * @param publishAheadDays how long a key is shown before it signs; less than that
 * @param overlapDays how long the old key signs beside the new one
 */
record KeyPolicy(@Nullable Integer rotateEveryDays, int publishAheadDays, int overlapDays) {
    /** Of a cache for which nothing else was asked. */
    static final KeyPolicy INITIAL = new KeyPolicy(365, 7, 40);
    /** Clients remember a narinfo, and so a signature, for 30 days (Nix: narinfo-cache-positive-ttl). */
    static final int LEAST_OVERLAP = 30;

    static final int MOST_ROTATION = 36_500;
    static final int MOST = 3_650;

    KeyPolicy {
        if (rotateEveryDays != null && publishAheadDays >= rotateEveryDays) {
            throw new IllegalArgumentException("a key is not shown for longer than the one before it lives");
        }
    }

    Duration publishAhead() {
        return Duration.ofDays(publishAheadDays);
    }

    Duration overlap() {
        return Duration.ofDays(overlapDays);
    }

    /** When a rotation begins by itself that takes this key's place: the next key is shown from then on. */
    Optional<Instant> rotationOf(SigningKeyEntity key) {
        return replacementOf(key).map(at -> at.minus(publishAhead()));
    }

    /** When the next key signs, in this one's place; never by itself for one from elsewhere. */
    Optional<Instant> replacementOf(SigningKeyEntity key) {
        Instant since = key.dates().activeAt();
        Integer every = rotateEveryDays;
        boolean counts = key.state() == KeyState.ACTIVE && !key.imported() && key.replacedBy() == null;
        return counts && since != null && every != null
                ? Optional.of(since.plus(Duration.ofDays(every)))
                : Optional.empty();
    }

    /** A rotation that begins now. */
    Rotation begin(Instant now) {
        return new Rotation(now.plus(publishAhead()), overlap());
    }
}
