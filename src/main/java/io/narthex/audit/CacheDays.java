package io.narthex.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Adds what was read to the counts of caches by the day, in the transaction that writes it by the hour. */
final class CacheDays {
    private static final String ADD = """
        insert into cache_day as d (tenant_id, cache_id, day, hits, misses)
        select * from unnest(?::int[], ?::int[], ?::date[], ?::bigint[], ?::bigint[])
        on conflict on constraint cache_day_pk do update
            set hits = d.hits + excluded.hits, misses = d.misses + excluded.misses
        """;

    /** By the table's key, which is the order in which every writer locks its rows. */
    private record Day(int tenantId, int cacheId, LocalDate day) implements Comparable<Day> {
        private static final Comparator<Day> ORDER = Comparator.comparingInt(Day::tenantId)
                .thenComparingInt(Day::cacheId)
                .thenComparing(Day::day);

        static Day of(int tenantId, int cacheId, Instant hour) {
            return new Day(tenantId, cacheId, LocalDate.ofInstant(hour, ZoneOffset.UTC));
        }

        @Override
        public int compareTo(Day other) {
            return ORDER.compare(this, other);
        }
    }

    private CacheDays() {}

    static void addHits(Connection connection, List<Map.Entry<ReadCounts.Hits, Long>> rows) throws SQLException {
        Map<Day, Long> sums = new TreeMap<>();
        rows.forEach(row -> sums.merge(
                Day.of(
                        row.getKey().tenantId(),
                        row.getKey().cacheId(),
                        row.getKey().hour()),
                row.getValue(),
                Long::sum));
        add(connection, sums, true);
    }

    static void addMisses(Connection connection, List<Map.Entry<ReadCounts.Misses, Long>> rows) throws SQLException {
        Map<Day, Long> sums = new TreeMap<>();
        rows.forEach(row -> sums.merge(
                Day.of(
                        row.getKey().tenantId(),
                        row.getKey().cacheId(),
                        row.getKey().hour()),
                row.getValue(),
                Long::sum));
        add(connection, sums, false);
    }

    private static void add(Connection connection, Map<Day, Long> sums, boolean hits) throws SQLException {
        Object[] counts = sums.values().toArray();
        Object[] none = sums.values().stream().map(count -> 0L).toArray();
        try (PreparedStatement s = connection.prepareStatement(ADD)) {
            s.setArray(
                    1,
                    connection.createArrayOf(
                            "int4", sums.keySet().stream().map(Day::tenantId).toArray()));
            s.setArray(
                    2,
                    connection.createArrayOf(
                            "int4", sums.keySet().stream().map(Day::cacheId).toArray()));
            s.setArray(
                    3,
                    connection.createArrayOf(
                            "date", sums.keySet().stream().map(Day::day).toArray()));
            s.setArray(4, connection.createArrayOf("int8", hits ? counts : none));
            s.setArray(5, connection.createArrayOf("int8", hits ? none : counts));
            s.executeUpdate();
        }
    }
}
