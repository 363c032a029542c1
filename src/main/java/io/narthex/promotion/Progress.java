package io.narthex.promotion;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a promotion is, in the words that runs of jobs have.
 *
 * @param done paths
 * @param total paths of the closure
 * @param rate paths a second; null: that cannot be told
 * @param eta when it will be visible, if it goes on like that; null: it is, or that cannot be told
 */
public record Progress(
        long done,
        long total,
        @Nullable Double rate,
        @Nullable Instant eta) {
    private static final double MILLIS = 1e3;

    /**
     * What is known of one.
     *
     * @param done of one that waits
     * @param begun when the job began with it; null: it has not
     * @param at when done was counted
     */
    static Progress of(String state, long paths, long done, @Nullable Instant begun, @Nullable Instant at) {
        if (!state.equals(PromotionResponse.WAITING)) {
            return new Progress(state.equals(PromotionResponse.FAILED) ? done : paths, paths, null, null);
        }
        long millis =
                begun == null || at == null ? 0 : Duration.between(begun, at).toMillis();
        if (at == null || millis <= 0 || done <= 0) {
            return new Progress(done, paths, null, null);
        }
        double rate = done * MILLIS / millis;
        return new Progress(done, paths, rate, at.plusMillis((long) (Math.max(0, paths - done) * MILLIS / rate)));
    }
}
