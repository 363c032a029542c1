package io.narthex.quota;

import io.narthex.change.Change;
import io.narthex.change.ChangeFeed;
import io.narthex.change.ChangeListener;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** Gives uploads room in the quotas of their cache and its tenant, before their bytes come. Thread-safe. */
@ApplicationScoped
public class Reservations implements ChangeListener {
    private static final System.Logger LOG = System.getLogger(Reservations.class.getName());

    private static final String RESERVE = "select granted, of_cache, used, most from reserve_quota(?, ?, ?, ?, ?)";
    private static final String RELEASE = "delete from quota_grant where node_id = ? and cache_id = ?";
    private static final long LOOK_SECONDS = 5;

    private final Map<Integer, Allowance> allowances = new ConcurrentHashMap<>();

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Resource(lookup = "java:jboss/ee/concurrency/executor/default")
    private ManagedExecutorService executor;

    @Inject
    private ChangeFeed feed;

    @Inject
    private FoldUsageJob counts;

    /** For an upload into a cache; it holds no room yet. */
    public Reservation into(int tenantId, int cacheId) {
        Allowance allowance = allowances.computeIfAbsent(cacheId, id -> new Allowance(new Rows(tenantId, cacheId)));
        return new Reservation(allowance, this::ended);
    }

    private void ended(Allowance allowance, boolean kept) {
        if (kept) {
            counts.heard();
        }
        lookLater(allowance);
    }

    private void lookLater(Allowance allowance) {
        CompletableFuture.delayedExecutor(LOOK_SECONDS, TimeUnit.SECONDS, executor)
                .execute(() -> {
                    if (!allowance.releaseIfIdle()) {
                        lookLater(allowance);
                    }
                });
    }

    /** Quotas are settings of tenants and caches. */
    @Override
    public void changed(Change change) {
        switch (change.kind()) {
            case TENANT, CACHE -> lost();
            case TOKEN, TRUST, KEY, PATH, UPSTREAM, DENIAL -> {}
        }
    }

    @Override
    public void lost() {
        allowances.values().forEach(Allowance::forget);
    }

    private final class Rows implements Allowance.Granting {
        private final int tenantId;
        private final int cacheId;

        Rows(int tenantId, int cacheId) {
            this.tenantId = tenantId;
            this.cacheId = cacheId;
        }

        @Override
        public long reserve(long wanted, long spare) {
            UUID node = feed.awaitSeen();
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement s = connection.prepareStatement(RESERVE)) {
                s.setObject(1, node);
                s.setInt(2, tenantId);
                s.setInt(3, cacheId);
                s.setLong(4, wanted);
                s.setLong(5, spare);
                try (ResultSet r = s.executeQuery()) {
                    r.next();
                    long granted = r.getLong(1);
                    if (r.wasNull()) {
                        throw new QuotaFullException(r.getBoolean(2), r.getLong(3), r.getLong(4), wanted);
                    }
                    return granted;
                }
            } catch (SQLException e) {
                throw new IllegalStateException("a quota cannot be asked for", e);
            }
        }

        @Override
        public void release() {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement s = connection.prepareStatement(RELEASE)) {
                s.setObject(1, feed.awaitSeen());
                s.setInt(2, cacheId);
                s.executeUpdate();
            } catch (SQLException | RuntimeException e) {
                // it goes with this node's row at the latest, and the next upload takes its place
                LOG.log(Level.WARNING, "event=reservation-not-released cause={0}", e.toString());
            }
        }
    }
}
