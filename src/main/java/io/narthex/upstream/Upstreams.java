package io.narthex.upstream;

import io.narthex.nix.signature.PublicKey;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/** Reads and writes the rows of upstreams that are not deleted. */
@ApplicationScoped
@Retried
@Transactional
public class Upstreams {
    private static final String READ = """
        select id, name, url, trusted_public_keys, required, mode, allow, deny, offered_to, publish, sealed_credentials,
               negative_seconds, max_nar_bytes, redirect_hosts, lookup_millis, connect_millis, stall_seconds, version, created_at
        from upstream where deleted_at is null
        """;
    private static final String INSERT = """
        insert into upstream (url, trusted_public_keys, required, mode, allow, deny, offered_to, publish, negative_seconds,
                              max_nar_bytes, redirect_hosts, lookup_millis, connect_millis, stall_seconds, name)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id
        """;
    private static final String UPDATE = """
        update upstream set url = ?, trusted_public_keys = ?, required = ?, mode = ?, allow = ?, deny = ?, offered_to = ?, publish = ?,
               negative_seconds = ?, max_nar_bytes = ?, redirect_hosts = ?, lookup_millis = ?, connect_millis = ?,
               stall_seconds = ?, version = version + 1
        where id = ? returning id
        """;
    /** One at a time: whoever lists an upstream in a cache waits for its change, and the reverse. */
    private static final String LOCK = "select pg_advisory_xact_lock(hashtextextended('narthex upstreams', 0))";

    private static final String PUBLIC_LISTERS = """
        select t.name || '/' || c.name from cache c join tenant t on t.id = c.tenant_id
        where (c.visibility = 'public' or c.publish) and ? = any (c.sources) and c.deleted_at is null and t.deleted_at is null
        order by 1 limit 1
        """;

    private static final String STANDING =
            "select count(*) from upstream_path where upstream_id = ? and vouched_by = ?";

    private static final String FETCHERS = """
        select distinct coalesce(d.token_id, 'anonymous') from upstream_path p
        join nar_download d on d.cache_id = p.cache_id and d.path = store_path_base_name(p.hash, p.name)
        where p.upstream_id = ? and p.vouched_by = ? and d.at > now() - interval '30 days' order by 1 limit 100
        """;

    @PersistenceContext
    private EntityManager entities;

    List<StoredUpstream> all() {
        return query(READ + "order by id", s -> {});
    }

    /** By name, those behind one. */
    List<StoredUpstream> list(String after, int most) {
        return query(READ + "and name > ? order by name limit ?", s -> {
            s.setString(1, after);
            s.setInt(2, most);
        });
    }

    Optional<StoredUpstream> find(String name) {
        return query(READ + "and name = ?", s -> s.setString(1, name)).stream().findFirst();
    }

    /** Until the end of the transaction no other changes which upstreams there are, nor which caches list them. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void lock() {
        work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(LOCK)) {
                return s.execute();
            }
        });
    }

    /** A cache that lists it and is public, or may be shown by one; which of several does not matter. */
    Optional<String> publicLister(String name) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(PUBLIC_LISTERS)) {
                s.setString(1, "upstream:" + name);
                try (ResultSet r = s.executeQuery()) {
                    return r.next() ? Optional.of(r.getString(1)) : Optional.empty();
                }
            }
        });
    }

    /**
     * Writes a new or changed one; gives its id.
     *
     * @param id of the row; null: a new one
     */
    int save(@Nullable Integer id, String name, UpstreamSettings settings) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(id == null ? INSERT : UPDATE)) {
                s.setString(1, settings.url().toString());
                s.setArray(
                        2,
                        texts(
                                connection,
                                settings.keys().stream()
                                        .map(PublicKey::toString)
                                        .toList()));
                s.setBoolean(3, settings.required());
                s.setString(4, settings.mode());
                s.setArray(5, texts(connection, settings.allow()));
                s.setArray(6, texts(connection, settings.deny()));
                s.setArray(7, texts(connection, settings.offeredTo()));
                s.setBoolean(8, settings.publish());
                s.setInt(9, settings.negativeSeconds());
                s.setObject(10, settings.maxNarBytes(), java.sql.Types.BIGINT);
                s.setArray(11, texts(connection, settings.redirectHosts()));
                s.setInt(12, settings.lookupMillis());
                s.setInt(13, settings.connectMillis());
                s.setInt(14, settings.stallSeconds());
                if (id == null) {
                    s.setString(15, name);
                } else {
                    s.setInt(15, id);
                }
                try (ResultSet r = s.executeQuery()) {
                    r.next();
                    return r.getInt(1);
                }
            }
        });
    }

    /**
     * What a key vouches for.
     *
     * @param paths of all caches
     * @param fetchers public ids of the tokens that fetched some of them in 30 days, {@code anonymous} and {@code
     *     administrator} among them, up to a hundred
     */
    record Affected(long paths, List<String> fetchers) {}

    Affected standingBy(int id, PublicKey key) {
        return work(connection -> {
            try (PreparedStatement count = connection.prepareStatement(STANDING);
                    PreparedStatement who = connection.prepareStatement(FETCHERS)) {
                long paths;
                count.setInt(1, id);
                count.setString(2, key.toString());
                try (ResultSet r = count.executeQuery()) {
                    r.next();
                    paths = r.getLong(1);
                }
                List<String> fetchers = new ArrayList<>();
                who.setInt(1, id);
                who.setString(2, key.toString());
                try (ResultSet r = who.executeQuery()) {
                    while (r.next()) {
                        fetchers.add(r.getString(1));
                    }
                }
                return new Affected(paths, fetchers);
            }
        });
    }

    /** Keeps sealed credentials in place of those that there are; null: none. */
    void seal(int id, byte @Nullable [] sealed) {
        execute("update upstream set sealed_credentials = ?, version = version + 1 where id = ?", s -> {
            s.setBytes(1, sealed);
            s.setInt(2, id);
        });
    }

    void delete(int id) {
        execute("update upstream set deleted_at = now(), sealed_credentials = null where id = ?", s -> s.setInt(1, id));
    }

    private static java.sql.Array texts(Connection connection, Collection<String> all) throws SQLException {
        return connection.createArrayOf("text", all.toArray());
    }

    private static StoredUpstream read(ResultSet r) throws SQLException {
        long most = r.getLong(13);
        OptionalLong maxNarBytes = r.wasNull() ? OptionalLong.empty() : OptionalLong.of(most);
        Upstream upstream = new Upstream(
                r.getInt(1),
                r.getString(2),
                URI.create(r.getString(3)),
                texts(r, 4).stream().map(PublicKey::parse).toList(),
                r.getBoolean(5),
                r.getString(6).equals("keep"),
                texts(r, 7),
                texts(r, 8),
                Set.copyOf(texts(r, 9)),
                r.getBoolean(10),
                r.getBytes(11),
                Duration.ofSeconds(r.getInt(12)),
                maxNarBytes,
                Set.copyOf(texts(r, 14)),
                Duration.ofMillis(r.getInt(15)),
                Duration.ofMillis(r.getInt(16)),
                Duration.ofSeconds(r.getInt(17)),
                r.getLong(18));
        return new StoredUpstream(
                upstream, r.getObject(19, OffsetDateTime.class).toInstant());
    }

    static List<String> texts(ResultSet r, int column) throws SQLException {
        return Arrays.asList((String[]) r.getArray(column).getArray());
    }

    private List<StoredUpstream> query(String sql, Parameters parameters) {
        return work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(sql)) {
                parameters.setIn(s);
                List<StoredUpstream> found = new ArrayList<>();
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        found.add(read(r));
                    }
                }
                return found;
            }
        });
    }

    private void execute(String sql, Parameters parameters) {
        work(connection -> {
            try (PreparedStatement s = connection.prepareStatement(sql)) {
                parameters.setIn(s);
                return s.executeUpdate();
            }
        });
    }

    private interface Parameters {
        void setIn(PreparedStatement statement) throws SQLException;
    }

    private <T> T work(org.hibernate.jdbc.ReturningWork<T> work) {
        return entities.unwrap(Session.class).doReturningWork(work);
    }
}
