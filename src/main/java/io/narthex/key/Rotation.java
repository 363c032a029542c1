package io.narthex.key;

import java.time.Duration;
import java.time.Instant;

/**
 * When a new key takes the place of others, and how long they sign beside it.
 *
 * @param activeAt when it begins to sign; it is shown before
 * @param overlap how long the others sign beside it
 */
record Rotation(Instant activeAt, Duration overlap) {
    Rotation {
        if (overlap.isNegative()) {
            throw new IllegalArgumentException("an overlap is not negative");
        }
    }
}
