package io.narthex.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts hits and misses by the hour until they are written to the database. For one thread. */
final class ReadCounts {
    /** As {@link ReadLog#MOST_PATHS}: while the database is away, this is what is kept. */
    private static final int MOST = ReadLog.MOST_PATHS;

    private final Map<Hits, Long> hits = new HashMap<>();
    private final Map<Misses, Long> misses = new HashMap<>();

    /** A row of narinfo_hour without its count. */
    record Hits(int tenantId, int cacheId, String path, Instant hour) {
        /** As the table's key has it: two nodes that write at once wait for each other and never in a circle. */
        static final Comparator<Hits> ORDER = Comparator.comparingInt(Hits::tenantId)
                .thenComparingInt(Hits::cacheId)
                .thenComparing(Hits::path)
                .thenComparing(Hits::hour);
    }

    /** A row of narinfo_miss_hour without its count. */
    record Misses(int tenantId, int cacheId, Instant hour) {
        static final Comparator<Misses> ORDER = Comparator.comparingInt(Misses::tenantId)
                .thenComparingInt(Misses::cacheId)
                .thenComparing(Misses::hour);
    }

    /** Takes what was counted since the last time, as of the hour that is now. */
    void take(ReadLog log, Instant now) {
        Instant hour = now.truncatedTo(ChronoUnit.HOURS);
        for (ReadLog.Asked asked : log.takeAsked()) {
            long count = asked.count().take();
            Hits key = new Hits(asked.tenantId(), asked.cacheId(), asked.path(), hour);
            if (count > 0 && (hits.size() < MOST || hits.containsKey(key))) {
                hits.merge(key, count, Long::sum);
            } else {
                log.dropHits(count);
            }
        }
        for (ReadLog.Missed missed : log.missed()) {
            long count = missed.count().sumThenReset();
            if (count > 0) {
                misses.merge(new Misses(missed.tenantId(), missed.cacheId(), hour), count, Long::sum);
            }
        }
    }

    List<Map.Entry<Hits, Long>> hits() {
        return hits.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Hits.ORDER))
                .toList();
    }

    List<Map.Entry<Misses, Long>> misses() {
        return misses.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Misses.ORDER))
                .toList();
    }

    /** These are in the database. */
    void writtenHits(List<Map.Entry<Hits, Long>> written) {
        written.forEach(each -> hits.remove(each.getKey()));
    }

    /** These are in the database. */
    void writtenMisses(List<Map.Entry<Misses, Long>> written) {
        written.forEach(each -> misses.remove(each.getKey()));
    }

    /** What is left is what the database will never take. */
    void written() {
        hits.clear();
        misses.clear();
    }
}
