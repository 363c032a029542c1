package io.narthex.denial;

import io.narthex.denial.Denied.ByHash;
import io.narthex.denial.Denied.ByName;
import io.narthex.denial.Denied.ByNarHash;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one owner, a cache or, for null, the server. Every call needs a transaction of the caller's.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Denials {
    private static final String SELECT = """
        select d.name, d.pattern, d.hash, d.nar_hash, d.dependents, d.reason, d.until, d.created_at, k.public_id,
               count_denied(d.id, d.cache_id),
               not exists (select from denied_path x where x.denial_id = d.id and not x.spread)
        from denial d left join token k on k.id = d.created_by
        where d.cache_id is not distinct from cast(? as integer)
        """;
    private static final String PUT = """
        insert into denial (cache_id, name, pattern, hash, nar_hash, dependents, reason, until, created_by)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (coalesce(cache_id, 0), name) do update set
            pattern = excluded.pattern, hash = excluded.hash, nar_hash = excluded.nar_hash,
            dependents = excluded.dependents, reason = excluded.reason, until = excluded.until
        returning id
        """;
    private static final String DELETE =
            "delete from denial where cache_id is not distinct from cast(? as integer) and name = ?";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** By name, those behind one. */
    List<DenialResponse> list(@Nullable Integer cache, String after, int limit) {
        return read(SELECT + " and d.name > ? order by d.name limit " + limit, cache, after);
    }

    Optional<DenialResponse> find(@Nullable Integer cache, String name) {
        return read(SELECT + " and d.name = ?", cache, name).stream().findFirst();
    }

    private List<DenialResponse> read(String sql, @Nullable Integer cache, String name) {
        return with(sql, s -> {
            s.setObject(1, cache, Types.INTEGER);
            s.setString(2, name);
            List<DenialResponse> rules = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    rules.add(response(r));
                }
            }
            return rules;
        });
    }

    private static DenialResponse response(ResultSet r) throws SQLException {
        DenialSettings settings = new DenialSettings(
                DenialRows.denied(r.getString(2), r.getBytes(3), r.getBytes(4)),
                r.getBoolean(5),
                r.getString(6),
                DenialRows.instant(r, 7));
        Instant createdAt = Objects.requireNonNull(DenialRows.instant(r, 8));
        return DenialResponse.of(r.getString(1), settings, createdAt, r.getString(9), r.getLong(10), r.getBoolean(11));
    }

    /**
     * Makes or changes a rule.
     *
     * @param by the row of the token that makes it; empty: the administrator's
     * @return its number
     */
    long put(@Nullable Integer cache, String name, DenialSettings settings, OptionalLong by) {
        return with(PUT, s -> {
            s.setObject(1, cache, Types.INTEGER);
            s.setString(2, name);
            what(s, 3, settings.what());
            s.setBoolean(6, settings.dependents());
            s.setString(7, settings.reason());
            Instant until = settings.until();
            s.setObject(8, until == null ? null : until.atOffset(ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
            s.setObject(9, by.isPresent() ? by.getAsLong() : null, Types.BIGINT);
            return number(s);
        });
    }

    /** Writes down anew which paths a rule makes dark, or the first ten thousands of them; pushes wait meanwhile. */
    void deny(long id) {
        call("select deny_paths(?)", id);
    }

    /** Writes down some ten thousand more of them; false: all are. Pushes wait meanwhile. */
    boolean spread(long id) {
        return call("select spread_denial(?, 20000)", id);
    }

    private boolean call(String sql, long id) {
        return with(sql, s -> {
            s.setLong(1, id);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return r.getBoolean(1);
            }
        });
    }

    /** A rule of which not all is written down. */
    OptionalLong unfinished() {
        return with("select unfinished_denial()", s -> {
            try (ResultSet r = s.executeQuery()) {
                r.next();
                long id = r.getLong(1);
                return r.wasNull() ? OptionalLong.empty() : OptionalLong.of(id);
            }
        });
    }

    /** Sets pattern, hash and NAR hash, two of which are null. */
    static void what(PreparedStatement s, int first, Denied what) throws SQLException {
        s.setString(first, what instanceof ByName rule ? rule.pattern().text() : null);
        s.setBytes(first + 1, what instanceof ByHash rule ? rule.hash().toBytes() : null);
        s.setBytes(first + 2, what instanceof ByNarHash rule ? rule.narHash().bytes() : null);
    }

    private static long number(PreparedStatement s) throws SQLException {
        try (ResultSet r = s.executeQuery()) {
            r.next();
            return r.getLong(1);
        }
    }

    /** Whether there was one. */
    boolean delete(@Nullable Integer cache, String name) {
        return with(DELETE, s -> {
            s.setObject(1, cache, Types.INTEGER);
            s.setString(2, name);
            return s.executeUpdate() > 0;
        });
    }

    /** What is done with a statement. */
    interface Work<T> {
        T with(PreparedStatement s) throws SQLException;
    }

    <T> T with(String sql, Work<T> work) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            return work.with(s);
        } catch (SQLException e) {
            throw new IllegalStateException("the rules cannot be read or changed", e);
        }
    }
}
