package io.narthex.operations;

import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that says how the server is, at a glance.
 *
 * @param disk of the blobs; null: they are in a bucket
 * @param forecast when that is full
 * @param recordMonthsUntil the last day for which there are tables of the record
 * @param restored whether the database is a restored one that nobody has accepted
 */
record Overview(@Nullable Disk disk, Forecast forecast, LocalDate recordMonthsUntil, boolean restored) {
    /**
     * A disk.
     *
     * @param roomBytes what uploads may still take
     */
    record Disk(long totalBytes, long freeBytes, long roomBytes) {}

    /**
     * What comes of the last thirty days, if they go on like that.
     *
     * @param storedBytes that caches held when that was last written down
     * @param bytesPerDay by which they grew; null: fewer than two days are known
     * @param fullAt when uploads have no room any more; null: not as far as can be told
     */
    record Forecast(
            long storedBytes,
            @Nullable Long bytesPerDay,
            @Nullable Instant fullAt) {}
}
