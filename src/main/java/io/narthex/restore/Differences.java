package io.narthex.restore;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that says what a restored database lacks of what lies beside the stored files.
 *
 * @param restored whether it is one that nobody has accepted
 * @param counter of the database, in hours of its life
 * @param counterOfStore of the mark; null: there is none yet
 * @param tokens that were revoked later and are unknown here
 * @param keys that were revoked later and are unknown here
 * @param holds legal holds that were set later: set them again before accepting
 * @param denials rules about what may not be given out that were made later, of caches that are unknown here
 */
record Differences(
        boolean restored,
        @Nullable Instant since,
        long counter,
        @Nullable Long counterOfStore,
        List<String> tokens,
        List<String> keys,
        List<String> holds,
        List<String> denials) {}
