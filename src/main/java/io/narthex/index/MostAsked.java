package io.narthex.index;

import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.change.ChangeFeed;
import io.narthex.nix.store.StorePathHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Loads into memory, before a node is ready, the paths whose narinfos were asked for most in the day before: a start is not to
 * make them slow. It takes a second at most, and what fails is left to who asks.
 */
@ApplicationScoped
public class MostAsked {
    private static final System.Logger LOG = System.getLogger(MostAsked.class.getName());
    /** Of each tenant in turn the next one, so that none takes all the room. Some ten megabytes. */
    private static final int MOST = 10_000;
    /** As much as a start may be longer. */
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Until the feed has read where it begins; it takes a tenth of that. */
    private static final long FEED_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int AT_ONCE = 256;

    private static final String FIND = """
        select cache_id, path from (
            select tenant_id, cache_id, path, sum(hits) as hits from narinfo_hour
            where hour > now() - interval '1 day' group by tenant_id, cache_id, path) asked
        order by row_number() over (partition by tenant_id order by hits desc, path), tenant_id limit ?
        """;

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    @Inject
    private ChangeFeed feed;

    @Inject
    private CacheDirectory caches;

    @Inject
    private PathIndex index;

    /** Loads them, as far as there is time. */
    public void load() {
        awaitFeed();
        long end = System.nanoTime() + LONGEST_NANOS;
        try {
            for (Map.Entry<Integer, Set<StorePathHash>> one : find().entrySet()) {
                Cache cache = caches.now().find(one.getKey()).orElse(null);
                if (cache != null) {
                    load(cache, one.getValue(), end);
                }
            }
        } catch (SQLException | RuntimeException e) {
            LOG.log(System.Logger.Level.INFO, "event=most-asked-not-loaded reason={0}", e.getMessage());
        }
    }

    private void load(Cache cache, Set<StorePathHash> hashes, long end) throws SQLException {
        Set<StorePathHash> next = new LinkedHashSet<>();
        for (StorePathHash hash : hashes) {
            next.add(hash);
            if (next.size() == AT_ONCE) {
                index.lookUp(cache, next);
                next.clear();
            }
            if (System.nanoTime() - end > 0) {
                return;
            }
        }
        index.lookUp(cache, next);
    }

    private Map<Integer, Set<StorePathHash>> find() throws SQLException {
        Map<Integer, Set<StorePathHash>> found = new HashMap<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(FIND)) {
            s.setQueryTimeout(1);
            s.setInt(1, MOST);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    StorePathHash hash = StorePathHash.tryParse(r.getString(2), 0);
                    if (hash != null) {
                        found.computeIfAbsent(r.getInt(1), id -> new LinkedHashSet<>())
                                .add(hash);
                    }
                }
            }
        }
        return found;
    }

    /** What is read before that would be forgotten when the feed begins. */
    private void awaitFeed() {
        long end = System.nanoTime() + FEED_NANOS;
        while (!feed.heartbeat().isHeard() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
