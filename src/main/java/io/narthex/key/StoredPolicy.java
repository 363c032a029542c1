package io.narthex.key;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The key policy of a cache as it is stored, and when it will next change a key.
 *
 * @param entityTag another for each change
 * @param nextAt when the next key signs by itself; null: never
 */
record StoredPolicy(
        KeyPolicy policy, String entityTag, @Nullable Instant nextAt) {}
