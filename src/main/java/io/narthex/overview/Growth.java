package io.narthex.overview;

import io.narthex.overview.Overview.Forecast;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;

/**
 * How fast what caches hold grew.
 *
 * @param storedBytes held when that was last written down
 * @param bytesPerDay the slope of the line through the last days; empty: fewer than two are known
 */
record Growth(long storedBytes, OptionalDouble bytesPerDay) {
    /** Nobody buys a disk for what comes later than that. */
    private static final double LONGEST_DAYS = 3_650;

    private static final double SECONDS_OF_DAY = 86_400;

    /** When so much room is used up, if it goes on like that. */
    Forecast forecast(long roomBytes, Instant now) {
        if (bytesPerDay.isEmpty()) {
            return new Forecast(storedBytes, null, null);
        }
        double perDay = bytesPerDay.getAsDouble();
        double days = perDay > 0 ? roomBytes / perDay : Double.POSITIVE_INFINITY;
        Instant fullAt = days <= LONGEST_DAYS ? now.plus(Duration.ofSeconds(Math.round(days * SECONDS_OF_DAY))) : null;
        return new Forecast(storedBytes, Math.round(perDay), fullAt);
    }
}
