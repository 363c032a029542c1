package io.narthex.trust;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.access.token.CachePattern;
import io.narthex.access.token.Scope;
import io.narthex.access.token.TokenRequest;
import io.narthex.http.JsonResolver;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the rows of trusts that are not deleted and whose tenants are not. Every call needs a transaction of the
 * caller's.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Trusts {
    private static final String SELECT = "select t.id, t.tenant_id, n.name as tenant, t.name, t.issuer, t.audience,"
            + " t.claims, t.allow, t.scopes, t.caches, t.cache_ids, t.ttl_seconds, t.version, t.created_at from trust t"
            + " join tenant n on n.id = t.tenant_id and n.deleted_at is null where t.deleted_at is null and ";

    /** So many are looked at for one identity token; who has more names one. */
    private static final int MOST_CANDIDATES = 1_000;

    private static final ObjectMapper JSON = new JsonResolver().getContext(ObjectMapper.class);

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    Optional<Trust> find(int tenant, String name) {
        return read(SELECT + "t.tenant_id = ? and t.name = ?", tenant, name).stream()
                .findFirst();
    }

    /** By name, those of a tenant behind one, which need not be there. */
    List<Trust> list(int tenant, String after, int limit) {
        return read(SELECT + "t.tenant_id = ? and t.name > ? order by t.name limit ?", tenant, after, limit);
    }

    /**
     * Those that may be about an identity token, by its own word.
     *
     * @param tenant the name of the only tenant that is meant; null: any
     * @param name of the only trust that is meant; null: any
     */
    List<Trust> candidates(String issuer, String audience, @Nullable String tenant, @Nullable String name) {
        return read(
                SELECT + "t.issuer = ? and t.audience = ? and n.name = coalesce(?, n.name)"
                        + " and t.name = coalesce(?, t.name) order by t.id limit ?",
                issuer,
                audience,
                tenant,
                name,
                MOST_CANDIDATES);
    }

    /** Those of all tenants that are about an issuer, also the deleted ones, in the order of their locks. */
    List<Long> idsOf(String issuer) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s =
                        connection.prepareStatement("select id from trust where issuer = ? order by id")) {
            s.setString(1, issuer);
            List<Long> ids = new ArrayList<>();
            try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                    ids.add(row.getLong(1));
                }
            }
            return ids;
        } catch (SQLException e) {
            throw new IllegalStateException("trusts cannot be read", e);
        }
    }

    int count(int tenant) {
        return read(SELECT + "t.tenant_id = ?", tenant).size();
    }

    /** @param createdBy the row of the token that makes it; null: the server's administrator */
    void add(int tenant, String name, Trust.Settings settings, List<CachePattern> patterns, @Nullable Long createdBy) {
        write(
                "insert into trust (issuer, audience, claims, allow, scopes, caches, cache_ids, ttl_seconds, tenant_id,"
                        + " name, created_by) values (?, ?, cast(? as jsonb), cast(? as jsonb), ?, ?, ?, ?, ?, ?, ?)",
                settings,
                patterns,
                s -> {
                    s.setInt(9, tenant);
                    s.setString(10, name);
                    s.setObject(11, createdBy, Types.BIGINT);
                });
    }

    void set(long id, Trust.Settings settings, List<CachePattern> patterns) {
        write(
                "update trust set issuer = ?, audience = ?, claims = cast(? as jsonb), allow = cast(? as jsonb),"
                        + " scopes = ?, caches = ?, cache_ids = ?, ttl_seconds = ?, version = version + 1 where id = ?",
                settings,
                patterns,
                s -> s.setLong(9, id));
    }

    void delete(long id) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s =
                        connection.prepareStatement("update trust set deleted_at = clock_timestamp() where id = ?")) {
            s.setLong(1, id);
            s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("a trust cannot be deleted", e);
        }
    }

    /** Sets what differs between statements. */
    private interface More {
        void set(PreparedStatement statement) throws SQLException;
    }

    private void write(String sql, Trust.Settings settings, List<CachePattern> patterns, More more) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            boolean all = settings.caches().isEmpty();
            Stream<@Nullable Integer> ids = patterns.stream().map(CachePattern::cacheId);
            s.setString(1, settings.issuer());
            s.setString(2, settings.audience());
            s.setString(3, JSON.writeValueAsString(settings.claims()));
            s.setString(4, JSON.writeValueAsString(settings.allow()));
            s.setArray(
                    5,
                    connection.createArrayOf(
                            "text",
                            settings.scopes().stream().sorted().map(Scope::text).toArray()));
            s.setArray(6, connection.createArrayOf("text", settings.caches().toArray()));
            s.setArray(7, connection.createArrayOf("integer", all ? new Object[0] : ids.toArray()));
            s.setInt(8, settings.ttlSeconds());
            more.set(s);
            s.executeUpdate();
        } catch (SQLException | JsonProcessingException e) {
            throw new IllegalStateException("a trust cannot be written", e);
        }
    }

    private List<Trust> read(String sql, @Nullable Object... values) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setObject(i + 1, values[i]);
            }
            List<Trust> found = new ArrayList<>();
            try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                    found.add(trust(row));
                }
            }
            return found;
        } catch (SQLException | JsonProcessingException e) {
            throw new IllegalStateException("trusts cannot be read", e);
        }
    }

    private static Trust trust(ResultSet row) throws SQLException, JsonProcessingException {
        String tenant = row.getString("tenant");
        Set<Scope> scopes = Stream.of((String[]) row.getArray("scopes").getArray())
                .flatMap(text -> Scope.tryParse(text).stream())
                .collect(Collectors.toSet());
        Trust.Settings settings = new Trust.Settings(
                row.getString("issuer"),
                row.getString("audience"),
                map(row.getString("claims")),
                map(row.getString("allow")),
                scopes,
                List.of((String[]) row.getArray("caches").getArray()),
                row.getInt("ttl_seconds"));
        @Nullable Integer[] ids = (Integer[]) row.getArray("cache_ids").getArray();
        return new Trust(
                row.getLong("id"),
                row.getInt("tenant_id"),
                tenant,
                row.getString("name"),
                settings,
                patterns(tenant, settings.caches(), ids),
                row.getLong("version"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    private static Map<String, List<String>> map(String json) throws JsonProcessingException {
        return JSON.readValue(json, new TypeReference<>() {});
    }

    private static List<CachePattern> patterns(String tenant, List<String> caches, @Nullable Integer[] ids) {
        List<Optional<CachePattern>> read = TokenRequest.patterns(tenant, caches);
        List<CachePattern> patterns = new ArrayList<>();
        for (int i = 0; i < read.size(); i++) {
            Integer id = i < ids.length ? ids[i] : null;
            read.get(i).ifPresent(pattern -> patterns.add(pattern.of(id)));
        }
        return patterns;
    }
}
