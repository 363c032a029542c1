package io.narthex.upstream;

import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.time.LocalDate;
import java.util.List;
import org.hibernate.Session;

/** Writes down how often upstreams were asked, by day, and which of their paths were used. */
@ApplicationScoped
@Retried
@Transactional
public class UpstreamDays {
    private static final String ADD = """
        insert into upstream_day as d (day, upstream_id, tenant_id, lookups, hits, refused, fetches, bytes, failures)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (day, upstream_id, tenant_id) do update set
            lookups = d.lookups + excluded.lookups, hits = d.hits + excluded.hits, refused = d.refused + excluded.refused,
            fetches = d.fetches + excluded.fetches, bytes = d.bytes + excluded.bytes,
            failures = d.failures + excluded.failures
        """;
    /** A minute is near enough, and a path in constant use costs no more than a write a minute. */
    private static final String USED = """
        update upstream_path set last_used_at = now() where id in (
            select id from upstream_path where id = any(?) and last_used_at < now() - interval '1 minute' order by id
            for update)
        """;

    @PersistenceContext
    private EntityManager entities;

    void add(LocalDate day, List<UpstreamCounts.Taken> counts, List<Long> used) {
        entities.unwrap(Session.class).doWork(connection -> {
            try (PreparedStatement s = connection.prepareStatement(ADD)) {
                for (UpstreamCounts.Taken taken : counts) {
                    s.setObject(1, day);
                    s.setInt(2, taken.subject().upstreamId());
                    s.setInt(3, taken.subject().tenantId());
                    s.setLong(4, taken.lookups());
                    s.setLong(5, taken.hits());
                    s.setLong(6, taken.refused());
                    s.setLong(7, taken.fetches());
                    s.setLong(8, taken.bytes());
                    s.setLong(9, taken.failures());
                    s.executeUpdate();
                }
            }
            try (PreparedStatement s = connection.prepareStatement(USED)) {
                s.setArray(1, connection.createArrayOf("bigint", used.toArray()));
                s.executeUpdate();
            }
        });
    }
}
