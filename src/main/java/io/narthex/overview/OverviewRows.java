package io.narthex.overview;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads the rows of which an overview is made. */
@ApplicationScoped
class OverviewRows {
    private static final String TENANTS = """
        select id, name, max_bytes, warn_at from tenant where deleted_at is null order by name
        """;
    private static final String CACHES = """
        select c.id, c.max_bytes, c.warn_at,
               (select max(u.published_at) from uploaded_path u where u.cache_id = c.id)
        from cache c where c.tenant_id = any (?) and c.deleted_at is null
        """;
    private static final String USED = """
        select tenant_id, cache_id, day, hits, misses, pushes, refusals from cache_day
        where tenant_id = any (?) and day >= ?
        """;
    private static final String HELD = """
        select tenant_id, cache_id, day, paths, stored_bytes from storage_daily
        where tenant_id = any (?) and day >= ?
        """;
    private static final String QUARANTINED = """
        select u.cache_id, count(*), min(b.quarantined_at)
        from blob b join uploaded_path u on u.blob_id = b.id
        where b.quarantined_at is not null group by u.cache_id
        """;
    private static final String QUARANTINED_HERE = """
        select 0, count(*), min(p.quarantined_at)
        from local_path p join nix_store s on s.id = p.store_id
        where s.name = ? and p.quarantined_at is not null having count(*) > 0
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** A tenant and what it may hold. */
    record TenantRow(int id, String name, @Nullable Long maxBytes, int warnAt) {}

    /** What a cache may hold, and when somebody last pushed into it. */
    record CacheRow(
            int id,
            @Nullable Long maxBytes,
            int warnAt,
            @Nullable Instant lastPush) {}

    /** How a cache was used on a day; the cache is 0 where it is about the tenant alone. */
    record UsedRow(int tenantId, int cacheId, LocalDate day, long hits, long misses, long pushes, long refusals) {}

    /** What a cache held at the end of a day. */
    record HeldRow(int tenantId, int cacheId, LocalDate day, long paths, long bytes) {}

    /** Paths of a cache that are hidden. */
    record QuarantinedRow(int cacheId, long paths, Instant since) {}

    private interface Parameters {
        void set(Connection connection, PreparedStatement statement) throws SQLException;
    }

    private interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    List<TenantRow> tenants() {
        return read(
                TENANTS,
                (c, s) -> {},
                r -> new TenantRow(r.getInt(1), r.getString(2), r.getObject(3, Long.class), r.getInt(4)));
    }

    private List<CacheRow> caches(Collection<Integer> tenants) {
        return read(
                CACHES,
                (c, s) -> s.setArray(1, c.createArrayOf("integer", tenants.toArray())),
                r -> new CacheRow(r.getInt(1), r.getObject(2, Long.class), r.getInt(3), moment(r, 4)));
    }

    /** By the number of the cache. */
    Map<Integer, CacheRow> cachesById(Collection<Integer> tenants) {
        return caches(tenants).stream().collect(Collectors.toMap(CacheRow::id, Function.identity()));
    }

    List<UsedRow> used(Collection<Integer> tenants, LocalDate since) {
        return read(
                USED,
                (c, s) -> ofDays(c, s, tenants, since),
                r -> new UsedRow(
                        r.getInt(1),
                        r.getInt(2),
                        r.getObject(3, LocalDate.class),
                        r.getLong(4),
                        r.getLong(5),
                        r.getLong(6),
                        r.getLong(7)));
    }

    List<HeldRow> held(Collection<Integer> tenants, LocalDate since) {
        return read(
                HELD,
                (c, s) -> ofDays(c, s, tenants, since),
                r -> new HeldRow(
                        r.getInt(1), r.getInt(2), r.getObject(3, LocalDate.class), r.getLong(4), r.getLong(5)));
    }

    /** Of all caches. */
    List<QuarantinedRow> quarantined() {
        return read(QUARANTINED, (c, s) -> {}, OverviewRows::quarantinedRow);
    }

    /** Of a machine's store, whichever caches show it: one row, or none. */
    List<QuarantinedRow> quarantinedIn(String store) {
        return read(QUARANTINED_HERE, (c, s) -> s.setString(1, store), OverviewRows::quarantinedRow);
    }

    private static QuarantinedRow quarantinedRow(ResultSet r) throws SQLException {
        return new QuarantinedRow(
                r.getInt(1), r.getLong(2), r.getObject(3, OffsetDateTime.class).toInstant());
    }

    private static void ofDays(Connection connection, PreparedStatement s, Collection<Integer> tenants, LocalDate since)
            throws SQLException {
        s.setArray(1, connection.createArrayOf("integer", tenants.toArray()));
        s.setDate(2, Date.valueOf(since));
    }

    private static @Nullable Instant moment(ResultSet row, int column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private <T> List<T> read(String sql, Parameters parameters, Row<T> reading) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            parameters.set(connection, s);
            List<T> found = new ArrayList<>();
            try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                    found.add(reading.of(row));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException("an overview cannot be asked for", e);
        }
    }
}
