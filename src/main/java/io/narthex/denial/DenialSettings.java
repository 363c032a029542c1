package io.narthex.denial;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a rule says.
 *
 * @param dependents whether all that needs such a path is denied too
 * @param reason in the words of whoever made it
 * @param until null: for ever
 */
record DenialSettings(
        Denied what,
        boolean dependents,
        String reason,
        @Nullable Instant until) {
    /** Whether the same paths are denied by it, whatever the reason and for how long. */
    boolean deniesAs(DenialSettings other) {
        return what.equals(other.what) && dependents == other.dependents;
    }
}
