package io.narthex.audit;

import io.narthex.meter.LabelledCounts;
import io.narthex.meter.Meters;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.sql.DataSource;

/** Writes to the database, in batches, what {@link ReadLog} has collected. One call at a time. */
@ApplicationScoped
class ReadWriter {
    private static final System.Logger LOG = System.getLogger(ReadWriter.class.getName());
    private static final int BATCH = 10_000;
    /** So that one after the other goes to the same page of the index. */
    private static final Comparator<Download> BY_PATH = Comparator.comparing(Download::path);

    private static final String NOTE = "select note_fetched_packages(?::int[], ?::int[], ?::text[], ?::timestamptz)";
    private static final String HITS = """
        insert into narinfo_hour (tenant_id, cache_id, hour, path, hits)
        select * from unnest(?::int[], ?::int[], ?::timestamptz[], ?::text[], ?::bigint[])
        on conflict (tenant_id, cache_id, path, hour) do update set hits = narinfo_hour.hits + excluded.hits
        """;
    private static final String MISSES = """
        insert into narinfo_miss_hour (tenant_id, cache_id, hour, misses)
        select * from unnest(?::int[], ?::int[], ?::timestamptz[], ?::bigint[])
        on conflict (tenant_id, cache_id, hour) do update set misses = narinfo_miss_hour.misses + excluded.misses
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private ReadLog log;

    @Inject
    private Meters meters;

    private final ReadCounts counts = new ReadCounts();
    private final FetchedPaths fetched = new FetchedPaths();
    private final Clock clock = Clock.systemUTC();
    private boolean failing;
    private LabelledCounts dropped;

    /** The meters are there before anything is dropped. */
    @PostConstruct
    void start() {
        meters.gauge(
                "narthex.audit.reads.waiting", "Downloads that wait to be written down", () -> log.waitingDownloads());
        dropped = meters.counters(
                "narthex.audit.reads.dropped",
                "Reads that were not written down, since there was no room for them while the database was away",
                "kind",
                List.of("download", "hit"));
    }

    /** Writes what there is; what cannot be written waits for the next time, as far as there is room. */
    synchronized void write() {
        counts.take(log, clock.instant());
        List<Download> batch = log.takeDownloads(BATCH);
        List<Map.Entry<ReadCounts.Hits, Long>> hits = counts.hits();
        List<Map.Entry<ReadCounts.Misses, Long>> misses = counts.misses();
        if (!batch.isEmpty() || !hits.isEmpty() || !misses.isEmpty()) {
            write(batch, hits, misses);
        }
        tellDropped();
    }

    private void write(
            List<Download> first,
            List<Map.Entry<ReadCounts.Hits, Long>> hits,
            List<Map.Entry<ReadCounts.Misses, Long>> misses) {
        ByParts<Download> downloads = byParts(first);
        try (Connection connection = dataSource.getConnection()) {
            while (!downloads.left().isEmpty()) {
                downloads.write(connection);
                downloads = byParts(log.takeDownloads(BATCH));
            }
            new ByParts<>(hits, this::writeHits).write(connection);
            new ByParts<>(misses, this::writeMisses).write(connection);
            counts.written();
            failing = false;
        } catch (SQLException | RuntimeException e) {
            log.giveBack(downloads.left());
            if (!failing) {
                failing = true;
                LOG.log(
                        Level.WARNING,
                        "event=reads-not-written cause={0}: they wait, as far as there is room",
                        e.toString());
            }
        }
    }

    private ByParts<Download> byParts(List<Download> downloads) {
        return new ByParts<>(downloads.stream().sorted(BY_PATH).toList(), this::writeDownloads);
    }

    private void writeDownloads(Connection connection, List<Download> rows) throws SQLException {
        FetchedPaths.Fresh fresh = fetched.fresh(rows, clock.instant());
        transact(connection, c -> {
            copy(c, rows);
            note(c, fresh);
        });
        fetched.noted(fresh);
    }

    private void writeHits(Connection connection, List<Map.Entry<ReadCounts.Hits, Long>> rows) throws SQLException {
        transact(connection, c -> {
            hits(c, rows);
            CacheDays.addHits(c, rows);
        });
        counts.writtenHits(rows);
    }

    private void writeMisses(Connection connection, List<Map.Entry<ReadCounts.Misses, Long>> rows) throws SQLException {
        transact(connection, c -> {
            misses(c, rows);
            CacheDays.addMisses(c, rows);
        });
        counts.writtenMisses(rows);
    }

    private interface Work {
        void run(Connection connection) throws SQLException;
    }

    /** All of it or nothing: what was written is not written again. What a crash may lose is not waited for. */
    private static void transact(Connection connection, Work work) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement s = connection.createStatement()) {
            s.execute("set local synchronous_commit = off");
            work.run(connection);
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static void hits(Connection connection, List<Map.Entry<ReadCounts.Hits, Long>> hits) throws SQLException {
        Map<Instant, String> hours = new HashMap<>();
        try (PreparedStatement s = connection.prepareStatement(HITS)) {
            s.setArray(1, array(connection, "int4", hits, e -> e.getKey().tenantId()));
            s.setArray(2, array(connection, "int4", hits, e -> e.getKey().cacheId()));
            s.setArray(
                    3,
                    array(
                            connection,
                            "timestamptz",
                            hits,
                            e -> hours.computeIfAbsent(e.getKey().hour(), ReadWriter::time)));
            s.setArray(4, array(connection, "text", hits, e -> e.getKey().path()));
            s.setArray(5, array(connection, "int8", hits, Map.Entry::getValue));
            s.executeUpdate();
        }
    }

    private static void misses(Connection connection, List<Map.Entry<ReadCounts.Misses, Long>> misses)
            throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(MISSES)) {
            s.setArray(1, array(connection, "int4", misses, e -> e.getKey().tenantId()));
            s.setArray(2, array(connection, "int4", misses, e -> e.getKey().cacheId()));
            s.setArray(
                    3,
                    array(
                            connection,
                            "timestamptz",
                            misses,
                            e -> time(e.getKey().hour())));
            s.setArray(4, array(connection, "int8", misses, Map.Entry::getValue));
            s.executeUpdate();
        }
    }

    private static String time(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC).toString();
    }

    private static <T> Array array(Connection connection, String type, List<T> rows, Function<T, Object> column)
            throws SQLException {
        return connection.createArrayOf(type, rows.stream().map(column).toArray());
    }

    private static void copy(Connection connection, List<Download> batch) throws SQLException {
        DownloadRows rows = new DownloadRows();
        for (Download download : batch) {
            rows.add(download);
        }
        rows.copy(connection);
    }

    private static void note(Connection connection, FetchedPaths.Fresh fresh) throws SQLException {
        List<FetchedPaths.Fetched> paths = fresh.paths();
        if (paths.isEmpty()) {
            return;
        }
        try (PreparedStatement s = connection.prepareStatement(NOTE)) {
            s.setArray(1, array(connection, "int4", paths, FetchedPaths.Fetched::tenantId));
            s.setArray(2, array(connection, "int4", paths, FetchedPaths.Fetched::cacheId));
            s.setArray(3, array(connection, "text", paths, FetchedPaths.Fetched::path));
            s.setString(4, time(fresh.at()));
            s.execute();
        }
    }

    private void tellDropped() {
        long[] lost = log.takeDropped();
        if (lost[0] > 0 || lost[1] > 0) {
            dropped.add("download", lost[0]);
            dropped.add("hit", lost[1]);
            LOG.log(
                    Level.ERROR,
                    "event=reads-dropped downloads={0} hits={1}: there was no room for them while the database was"
                            + " away",
                    Long.toString(lost[0]),
                    Long.toString(lost[1]));
        }
    }
}
