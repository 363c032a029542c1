package io.narthex.operations;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads what the meters tell of the database. */
@ApplicationScoped
class StoredNumbers {
    private static final String CACHES = """
        select c.id, t.name, c.name, coalesce(u.paths, 0), coalesce(u.stored_bytes, 0), c.max_bytes, c.warn_at,
               coalesce(d.hits, 0), coalesce(d.misses, 0), coalesce(d.pushes, 0), coalesce(d.refusals, 0)
        from cache c
             join tenant t on t.id = c.tenant_id and t.deleted_at is null
             left join cache_usage u on u.cache_id = c.id
             left join (select tenant_id, cache_id, sum(hits) as hits, sum(misses) as misses, sum(pushes) as pushes,
                               sum(refusals) as refusals
                        from cache_day group by tenant_id, cache_id) d on d.tenant_id = c.tenant_id and d.cache_id = c.id
        where c.deleted_at is null order by c.id
        """;
    private static final String TENANTS = """
        select coalesce(u.stored_bytes, 0), t.max_bytes, t.warn_at
        from tenant t left join tenant_usage u on u.tenant_id = t.id where t.deleted_at is null
        """;
    private static final String ALARMS = """
        select (select count(*) from blob b join uploaded_path p on p.blob_id = b.id where b.quarantined_at is not null)
                   + (select count(*) from local_path where quarantined_at is not null),
               (select count(*) from audit_chain_check where not whole)
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * What is held, and how much may be.
     *
     * @param maxBytes null: any number
     * @param warnAt percent of that
     */
    record Held(long bytes, @Nullable Long maxBytes, int warnAt) {
        private static final double PERCENT = 100;

        /** Which part of what it may hold it holds; 0 where it may hold any number. */
        double part() {
            return maxBytes == null ? 0 : (double) bytes / maxBytes;
        }

        boolean isNear() {
            return maxBytes != null && part() * PERCENT >= warnAt;
        }
    }

    /** A cache; its counts are those of all nodes, since counts of days are kept. */
    record CacheNumbers(
            int id,
            String tenant,
            String cache,
            long paths,
            Held held,
            long hits,
            long misses,
            long pushes,
            long refusals) {}

    /** All at one moment. */
    record Sample(List<CacheNumbers> caches, List<Held> tenants, long quarantined, long brokenChains) {
        static final Sample NONE = new Sample(List.of(), List.of(), 0, 0);

        long paths() {
            return caches.stream().mapToLong(CacheNumbers::paths).sum();
        }

        /** Each file counts once in each tenant. */
        long bytes() {
            return tenants.stream().mapToLong(Held::bytes).sum();
        }

        /** How many quotas of caches and tenants are nearly full. */
        long quotasNear() {
            return caches.stream().filter(cache -> cache.held().isNear()).count()
                    + tenants.stream().filter(Held::isNear).count();
        }

        /** The fullest of them. */
        double fullestQuota() {
            return Math.max(
                    caches.stream()
                            .mapToDouble(cache -> cache.held().part())
                            .max()
                            .orElse(0),
                    tenants.stream().mapToDouble(Held::part).max().orElse(0));
        }
    }

    Sample now() {
        try (Connection connection = dataSource.getConnection();
                Statement s = connection.createStatement()) {
            List<CacheNumbers> caches = new ArrayList<>();
            try (ResultSet r = s.executeQuery(CACHES)) {
                while (r.next()) {
                    caches.add(new CacheNumbers(
                            r.getInt(1),
                            r.getString(2),
                            r.getString(3),
                            r.getLong(4),
                            new Held(r.getLong(5), r.getObject(6, Long.class), r.getInt(7)),
                            r.getLong(8),
                            r.getLong(9),
                            r.getLong(10),
                            r.getLong(11)));
                }
            }
            List<Held> tenants = new ArrayList<>();
            try (ResultSet r = s.executeQuery(TENANTS)) {
                while (r.next()) {
                    tenants.add(new Held(r.getLong(1), r.getObject(2, Long.class), r.getInt(3)));
                }
            }
            try (ResultSet r = s.executeQuery(ALARMS)) {
                r.next();
                return new Sample(caches, tenants, r.getLong(1), r.getLong(2));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("what is stored cannot be asked for", e);
        }
    }
}
