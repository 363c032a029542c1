package io.narthex.retention;

import io.narthex.nix.store.StoreDir;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of a run of the collector.
 *
 * @param asked whether somebody asked for it; false: the daily job did
 * @param held how many paths the cache held
 * @param paths how many of them nothing keeps
 * @param freedBytes of the stored files that come free with these
 * @param sharedBytes of their stored files that others need too
 * @param condemned how many it hid
 * @param removed how many it removed, also of those that were hidden earlier
 * @param revived how many hidden ones it offers again
 * @param step what it does now; null: it has ended
 * @param done how many paths of that step are done
 * @param total how many there are; 0: not known
 */
record RunResponse(
        long id,
        String outcome,
        boolean dryRun,
        boolean force,
        boolean asked,
        Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable String error,
        long held,
        long paths,
        long freedBytes,
        long sharedBytes,
        List<LargePath> largest,
        long condemned,
        long removed,
        long revived,
        @Nullable String step,
        long done,
        long total) {
    record LargePath(String path, long narSize, long storedBytes) {}

    static RunResponse of(RetentionRun run, StoreDir storeDir) {
        return new RunResponse(
                run.id(),
                run.outcome().name(),
                run.dryRun(),
                run.forced(),
                run.asked(),
                run.startedAt(),
                run.endedAt(),
                run.error(),
                run.held(),
                run.paths(),
                run.freedBytes(),
                run.sharedBytes(),
                run.largest().stream()
                        .map(large -> new LargePath(
                                storeDir.path() + "/" + large.path(), large.narSize(), large.storedBytes()))
                        .toList(),
                run.condemned(),
                run.removed(),
                run.revived(),
                run.outcome() == RetentionRun.Outcome.RUNNING ? run.step().name() : null,
                run.done(),
                run.total());
    }
}
