package io.narthex.key;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A policy as the cache has it.
 *
 * @param entityTag another for each change
 * @param nextAt when the next key signs by itself; null: never
 */
record StoredPolicy(
        KeyPolicy policy, String entityTag, @Nullable Instant nextAt) {}
