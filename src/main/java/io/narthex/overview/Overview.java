package io.narthex.overview;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that says how the server is, at a glance. What is about the server as a whole is null for who neither audits nor administers it.
 *
 * @param disk of the blobs; null: they are in a bucket
 * @param forecast when that is full
 * @param recordMonthsUntil the last day for which there are tables of the record
 * @param restored whether the database is a restored one that nobody has accepted
 * @param tenants by name, those that the caller audits or administers
 * @param attention what somebody should look at, in those
 */
public record Overview(
        @Nullable Disk disk,
        @Nullable Forecast forecast,
        @Nullable LocalDate recordMonthsUntil,
        @Nullable Boolean restored,
        List<TenantOverview> tenants,
        List<Attention> attention) {
    public Overview {
        tenants = List.copyOf(tenants);
        attention = List.copyOf(attention);
    }

    /**
     * A disk.
     *
     * @param roomBytes what uploads may still take
     */
    public record Disk(long totalBytes, long freeBytes, long roomBytes) {}

    /**
     * What comes of the last thirty days, if they go on like that.
     *
     * @param storedBytes that caches held when that was last written down
     * @param bytesPerDay by which they grew; null: fewer than two days are known
     * @param fullAt when uploads have no room any more; null: not as far as can be told
     */
    public record Forecast(
            long storedBytes,
            @Nullable Long bytesPerDay,
            @Nullable Instant fullAt) {}

    /**
     * A tenant. Hits, pushes and refusals are those of the days.
     *
     * @param paths that were pushed into its caches
     * @param bytes that it stores: each file once
     * @param maxBytes that it may store; null: any number
     * @param hitRate part of the narinfos that were asked for and found; null: none was asked for
     * @param days the last thirty, the oldest first; their paths and bytes are those of the caches together
     */
    public record TenantOverview(
            String tenant,
            long paths,
            long bytes,
            @Nullable Long maxBytes,
            @Nullable Double hitRate,
            long pushes,
            long refusals,
            List<DayNumbers> days,
            List<CacheOverview> caches) {
        public TenantOverview {
            days = List.copyOf(days);
            caches = List.copyOf(caches);
        }
    }

    /**
     * A cache.
     *
     * @param localPaths how many paths of this machine's store it shows besides; null: it does not show that
     * @param lastPush when the newest of its pushed paths was published; null: it has none
     */
    public record CacheOverview(
            String cache,
            long paths,
            @Nullable Integer localPaths,
            long bytes,
            @Nullable Long maxBytes,
            @Nullable Double hitRate,
            long pushes,
            long refusals,
            @Nullable Instant lastPush,
            List<DayNumbers> days) {
        public CacheOverview {
            days = List.copyOf(days);
        }
    }

    /**
     * One day (UTC).
     *
     * @param paths at its end, and now of today; null: that was not written down
     * @param bytes likewise
     */
    public record DayNumbers(
            LocalDate day,
            @Nullable Long paths,
            @Nullable Long bytes,
            long hits,
            long misses,
            @Nullable Double hitRate,
            long pushes,
            long refusals) {}

    /**
     * Something that somebody should look at.
     *
     * @param tenant that it is about; null: the server
     * @param cache that it is about; null: the tenant as a whole
     * @param subject the key, upstream or chain that it is about, where there is one
     * @param at since when; of a key, when it is replaced
     */
    public record Attention(
            AttentionKind kind,
            @Nullable String tenant,
            @Nullable String cache,
            @Nullable String subject,
            String sentence,
            @Nullable Instant at) {}
}
