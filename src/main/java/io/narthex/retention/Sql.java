package io.narthex.retention;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs single statements. Each is in the caller's transaction, where there is one. What a page of the collector reads and
 * writes are arrays of numbers, for which Hibernate has no use.
 */
@ApplicationScoped
class Sql {
    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /** Makes something of the row at hand. */
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /**
     * A value that may be null, with what tells the database of which type it is.
     *
     * @param type of {@link java.sql.Types}
     */
    record Null<T>(@Nullable T value, int type) {}

    /** Numbers of rows, as {@code bigint[]}. */
    @SuppressWarnings("ArrayRecordComponent") // lives for one statement, never compared
    record Ids(Long[] values) {}

    /** Numbers of paths, as {@code int[]}. */
    @SuppressWarnings("ArrayRecordComponent") // likewise
    record PathIds(int[] values) {}

    /** Texts, as {@code text[]}. */
    record Texts(List<String> values) {}

    <T> List<T> all(String statement, Row<T> row, Object... values) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = prepared(connection, statement, values);
                ResultSet r = s.executeQuery()) {
            List<T> all = new ArrayList<>();
            while (r.next()) {
                all.add(row.read(r));
            }
            return all;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    <T> Optional<T> first(String statement, Row<T> row, Object... values) {
        return all(statement, row, values).stream().findFirst();
    }

    /** What the one row has that there always is. */
    <T> T one(String statement, Row<T> row, Object... values) {
        return first(statement, row, values).orElseThrow();
    }

    /** Changes rows; gives how many. */
    int change(String statement, Object... values) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = prepared(connection, statement, values)) {
            return s.executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Waits until no other transaction holds the lock of that name, and holds it to the end of this one. */
    void lockAlone(String name) {
        all("select pg_advisory_xact_lock(hashtextextended(?, 0))", r -> name, name);
    }

    private static IllegalStateException failed(SQLException e) {
        return new IllegalStateException("the tables of retention cannot be used", e);
    }

    private static PreparedStatement prepared(Connection connection, String statement, Object... values)
            throws SQLException {
        PreparedStatement s = connection.prepareStatement(statement);
        for (int i = 0; i < values.length; i++) {
            set(s, i + 1, values[i]);
        }
        return s;
    }

    private static void set(PreparedStatement s, int place, Object value) throws SQLException {
        switch (value) {
            case Null<?> none when none.value() == null -> s.setNull(place, none.type());
            case Null<?> some -> set(s, place, java.util.Objects.requireNonNull(some.value()));
            case Instant moment -> s.setObject(place, OffsetDateTime.ofInstant(moment, ZoneOffset.UTC));
            case Ids ids -> s.setArray(place, s.getConnection().createArrayOf("bigint", ids.values()));
            case PathIds ids -> s.setObject(place, ids.values());
            case Texts texts ->
                s.setArray(
                        place,
                        s.getConnection().createArrayOf("text", texts.values().toArray()));
            default -> s.setObject(place, value);
        }
    }

    /** A moment of the row; null where it has none. */
    static @Nullable Instant moment(ResultSet row, int column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
