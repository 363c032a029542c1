package io.narthex.retention;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of the collector in a cache.
 *
 * @param asked whether somebody asked for it; false: the daily job did
 * @param cutoff what was last used before is not kept by its use; null: not known yet, or all is kept
 * @param lastRow rows with greater ids may have come since it began
 * @param paths that nothing keeps
 * @param done of its present step
 * @param total of its present step; 0: not known
 */
record RetentionRun(
        long id,
        int tenantId,
        int cacheId,
        boolean dryRun,
        boolean forced,
        boolean asked,
        Instant startedAt,
        @Nullable Instant endedAt,
        Outcome outcome,
        @Nullable String error,
        Step step,
        @Nullable Instant cutoff,
        long lastRow,
        long held,
        long paths,
        long freedBytes,
        long sharedBytes,
        List<Large> largest,
        long condemned,
        long removed,
        long revived,
        @Nullable Instant condemnedUntil,
        long pages,
        long done,
        long total) {
    enum Outcome {
        RUNNING,
        SUCCEEDED,
        /** It would have removed more than half of the cache, and did nothing. */
        HELD,
        FAILED
    }

    /** What it does next. */
    enum Step {
        BEGIN,
        /** Until what was under way when it began has ended, and all references are known. */
        WAIT,
        ROOTS,
        FOLLOW,
        PLAN,
        REVIVE,
        CONDEMN,
        REMOVE
    }

    /**
     * One of the largest paths that nothing keeps.
     *
     * @param path base name
     */
    record Large(String path, long narSize, long storedBytes) {}
}
