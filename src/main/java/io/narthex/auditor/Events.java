package io.narthex.auditor;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads the events of the record, in the order in which their transactions ended. */
@ApplicationScoped
public class Events {
    /** What may still be followed by one of a smaller number waits. */
    private static final String SELECT = """
        select e.tx::text || '-' || e.id, e.id, e.at, e.tenant, e.cache, e.action, e.outcome, e.reason, e.count, e.actor,
               e.token_id, e.token_note, host(e.address), e.request_id, e.path, e.key_name, i.repository, i.commit, i.ref,
               i.workflow, i.run, e.detail::text
        from audit_event e
             left join token_identity i
                       on i.public_id = case when e.action = 'token-exchanged' then e.detail ->> 'token' else e.token_id end
        where e.tx < pg_snapshot_xmin(pg_current_snapshot())
        """;

    private static final String PLACE = "(cast(? as xid8), cast(? as bigint))";

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * Those behind one.
     *
     * @param after the cursor of an event; null: from the first on
     */
    List<EventResponse> list(AuditScope scope, EventQuery query, @Nullable String after, int limit) {
        return read(scope, query, after == null ? "0-0" : after, limit, ">", "");
    }

    /**
     * The newest first.
     *
     * @param before the cursor of an event: only those before it; null: from the newest on
     */
    public List<EventResponse> newest(AuditScope scope, EventQuery query, @Nullable String before, int limit) {
        return read(scope, query, before, limit, "<", " desc");
    }

    private List<EventResponse> read(
            AuditScope scope, EventQuery query, @Nullable String from, int limit, String side, String order) {
        List<Object> values = new ArrayList<>();
        StringBuilder sql = new StringBuilder(SELECT);
        if (from != null) {
            sql.append(" and (e.tx, e.id) ").append(side).append(PLACE);
            values.addAll(List.of((Object[]) from.split("-", 2)));
        }
        scope.tenantId().ifPresent(id -> add(sql, values, "e.tenant_id = ?", id));
        add(sql, values, "e.tenant = ?", query.tenant());
        add(sql, values, "e.cache = ?", query.cache());
        add(sql, values, "e.action = ?", query.action());
        add(sql, values, "e.outcome = ?", query.outcome());
        add(sql, values, "e.token_id = ?", query.token());
        add(sql, values, "e.path = ?", query.path());
        add(
                sql,
                values,
                "e.at >= ?",
                query.since() == null ? null : query.since().atOffset(ZoneOffset.UTC));
        add(
                sql,
                values,
                "e.at < ?",
                query.until() == null ? null : query.until().atOffset(ZoneOffset.UTC));
        sql.append(" order by e.tx%1$s, e.id%1$s limit ?".formatted(order));
        values.add(limit);
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(sql.toString())) {
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

    private static void add(StringBuilder sql, List<Object> values, String condition, @Nullable Object value) {
        if (value != null) {
            sql.append(" and ").append(condition);
            values.add(value);
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
