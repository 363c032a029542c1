package io.narthex.job;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How fast something gets done, and when that will be all of it.
 *
 * @param rate things in a second; null: not known yet
 * @param eta null: that cannot be told
 */
public record Pace(@Nullable Double rate, @Nullable Instant eta) {
    private static final Pace UNKNOWN = new Pace(null, null);

    /** Nobody waits for what takes longer, and an instant has an end. */
    private static final double LONGEST_SECONDS = Duration.ofDays(3_650).toSeconds();

    private static final double MILLIS = 1e3;

    /**
     * As it went on the whole so far.
     *
     * @param at when {@code done} was so many; null: never yet
     * @param total null: that is not known
     */
    public static Pace of(Instant begun, @Nullable Instant at, @Nullable Long done, @Nullable Long total) {
        if (at == null || done == null || !at.isAfter(begun)) {
            return UNKNOWN;
        }
        double rate = done * MILLIS / Math.max(1, Duration.between(begun, at).toMillis());
        if (total == null || rate == 0) {
            return new Pace(rate, null);
        }
        double left = Math.max(0, total - done) / rate;
        return new Pace(rate, left > LONGEST_SECONDS ? null : at.plusMillis(Math.round(left * MILLIS)));
    }
}
