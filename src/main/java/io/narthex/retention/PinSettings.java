package io.narthex.retention;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What can be set of a pin besides its path.
 *
 * @param keepRevisions how many of its newest revisions it keeps
 * @param keepDays days after a newer one came that an older revision is kept beside these; null: none
 * @param expiresAt when it stops keeping anything; null: never
 * @param isProtected whether only who administers the cache may move and delete it
 */
public record PinSettings(
        String note,
        int keepRevisions,
        @Nullable Integer keepDays,
        @Nullable Instant expiresAt,
        boolean isProtected) {
    static final PinSettings INITIAL = new PinSettings("", 1, null, null, false);
}
