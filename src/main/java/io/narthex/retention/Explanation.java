package io.narthex.retention;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a path is still there, as JSON.
 *
 * @param kept whether anything keeps it
 * @param goesAt when it is removed, if nobody uses it until then; null: never
 * @param because each root that keeps it, also where one would do
 * @param more whether there are more than are listed
 */
public record Explanation(boolean kept, @Nullable Instant goesAt, List<Root> because, boolean more) {
    /**
     * A root, and how it needs the path.
     *
     * @param kind {@code pin}, {@code use}, {@code hold}, {@code forever}, {@code promotion}, or, where none of these keeps the
     *     path, {@code referrer}
     * @param pin name of the pin
     * @param revision of the pin
     * @param until until when it keeps the path, the days between hiding and removing not counted; null: for ever
     * @param through store paths, from the root to the path, each refers to the next
     */
    public record Root(
            String kind,
            @Nullable String pin,
            @Nullable Integer revision,
            @Nullable Instant until,
            List<String> through) {}
}
