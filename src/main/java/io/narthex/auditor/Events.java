package io.narthex.auditor;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads the events of the record, in the order in which their transactions ended. */
@ApplicationScoped
public class Events {
    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * Those behind one.
     *
     * @param after the cursor of an event; null: from the first on
     */
    List<EventResponse> list(AuditScope scope, EventQuery query, @Nullable String after, int limit) {
        return read(scope, query, after == null ? "0-0" : after, limit, false);
    }

    /**
     * The newest first.
     *
     * @param before the cursor of an event: only those before it; null: from the newest on
     */
    public List<EventResponse> newest(AuditScope scope, EventQuery query, @Nullable String before, int limit) {
        return read(scope, query, before, limit, true);
    }

    private List<EventResponse> read(
            AuditScope scope, EventQuery query, @Nullable String from, int limit, boolean newestFirst) {
        EventStatement statement = EventStatement.of(scope, query, from, limit, newestFirst);
        List<Object> values = statement.values();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(statement.text())) {
            for (int i = 0; i < values.size(); i++) {
                s.setObject(i + 1, values.get(i));
            }
            List<EventResponse> events = new ArrayList<>();
            try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                    events.add(event(row));
                }
            }
            return events;
        } catch (SQLException e) {
            throw new IllegalStateException("the record cannot be read", e);
        }
    }

    private static EventResponse event(ResultSet row) throws SQLException {
        return new EventResponse(
                row.getString(1),
                row.getLong(2),
                row.getObject(3, OffsetDateTime.class).toInstant(),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getLong(9),
                row.getString(10),
                row.getString(11),
                row.getString(12),
                row.getString(13),
                row.getString(14),
                row.getString(15),
                row.getString(16),
                row.getString(17),
                row.getString(18),
                row.getString(19),
                row.getString(20),
                row.getString(21),
                row.getString(22));
    }
}
