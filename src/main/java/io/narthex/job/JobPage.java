package io.narthex.job;

import org.jspecify.annotations.Nullable;

/**
 * What one page of a job did.
 *
 * @param checkpoint where the next page begins; null: the work is done
 * @param seen things looked at
 * @param added things made
 * @param updated things changed
 * @param removed things removed
 */
public record JobPage(@Nullable String checkpoint, long seen, long added, long updated, long removed) {
    public JobPage {
        if (seen < 0 || added < 0 || updated < 0 || removed < 0) {
            throw new IllegalArgumentException("counts are not negative");
        }
    }
}
