package io.narthex.trust;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads and writes the rows of issuers that are not deleted. Every call needs a transaction of the caller's. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class Issuers {
    private static final String SELECT = "select i.id, i.name, i.url, i.kind, i.required_claims, i.jwks, i.reuse,"
            + " i.max_lifetime_seconds, i.version, i.created_at from issuer i where i.deleted_at is null and ";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    Optional<Issuer> find(String name) {
        return read(SELECT + "i.name = ?", name).stream().findFirst();
    }

    Optional<Issuer> findByUrl(String url) {
        return read(SELECT + "i.url = ?", url).stream().findFirst();
    }

    /** By name, those behind one, which need not be there. */
    List<Issuer> list(String after, int limit) {
        return read(SELECT + "i.name > ? order by i.name limit ?", after, limit);
    }

    /** Lets nobody else change issuers until the transaction ends. */
    void lock() {
        read(SELECT + "pg_advisory_xact_lock(hashtextextended('issuers', 0)) is null");
    }

    void add(String name, Issuer.Settings settings) {
        write(
                "insert into issuer (url, kind, required_claims, jwks, reuse, max_lifetime_seconds, name)"
                        + " values (?, ?, ?, ?, ?, ?, ?)",
                settings,
                name);
    }

    void set(int id, Issuer.Settings settings) {
        write(
                "update issuer set url = ?, kind = ?, required_claims = ?, jwks = ?, reuse = ?,"
                        + " max_lifetime_seconds = ?, version = version + 1 where id = ?",
                settings,
                id);
    }

    void delete(int id) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s =
                        connection.prepareStatement("update issuer set deleted_at = clock_timestamp() where id = ?")) {
            s.setInt(1, id);
            s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("an issuer cannot be deleted", e);
        }
    }

    private void write(String sql, Issuer.Settings settings, Object last) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            List<String> required = settings.requiredClaims();
            s.setString(1, settings.url());
            s.setString(2, settings.kind().text());
            s.setArray(3, required == null ? null : connection.createArrayOf("text", required.toArray()));
            s.setString(4, settings.jwks());
            s.setBoolean(5, settings.reuse());
            s.setInt(6, settings.maxLifetimeSeconds());
            s.setObject(7, last);
            s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("an issuer cannot be written", e);
        }
    }

    private List<Issuer> read(String sql, Object... values) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setObject(i + 1, values[i]);
            }
            List<Issuer> found = new ArrayList<>();
            try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                    found.add(issuer(row));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException("issuers cannot be read", e);
        }
    }

    private static Issuer issuer(ResultSet row) throws SQLException {
        Issuer.Settings settings = new Issuer.Settings(
                row.getString("url"),
                IssuerKind.of(row.getString("kind")),
                texts(row.getArray("required_claims")),
                row.getString("jwks"),
                row.getBoolean("reuse"),
                row.getInt("max_lifetime_seconds"));
        return new Issuer(
                row.getInt("id"),
                row.getString("name"),
                settings,
                row.getLong("version"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    private static @Nullable List<String> texts(@Nullable Array array) throws SQLException {
        return array == null ? null : List.of((String[]) array.getArray());
    }
}
