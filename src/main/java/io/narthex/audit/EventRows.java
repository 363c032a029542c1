package io.narthex.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.JsonResolver;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;

/** Writes rows of the table audit_event. */
final class EventRows {
    /** Tenant, cache, action, outcome, reason, count, key; then what {@link PreparedEvent#set} sets. */
    private static final String RECORD = """
        select event, tenant, cache
        from record_event(tenant_id => ?, cache_id => ?, action => ?, outcome => ?, reason => ?, count => ?, key_name => ?,
                          token_id => ?, token_note => ?, actor => ?, address => cast(? as inet), request_id => ?,
                          path => ?, detail => cast(? as jsonb))
        """;

    private static final ObjectMapper JSON = new JsonResolver().getContext(ObjectMapper.class);

    private EventRows() {}

    /** Writes one, and gives the line of the log that says the same. */
    static String write(Connection connection, StorableEvent row) throws SQLException {
        AuditEvent event = row.event();
        PreparedEvent prepared = new PreparedEvent(row);
        try (PreparedStatement s = connection.prepareStatement(RECORD)) {
            s.setObject(1, event.tenantId(), Types.INTEGER);
            s.setObject(2, event.cacheId(), Types.INTEGER);
            s.setString(3, event.action().text());
            s.setString(4, row.outcome());
            s.setString(5, row.reason());
            s.setLong(6, row.count());
            s.setString(7, event.key());
            prepared.set(s, 8);
            try (ResultSet made = s.executeQuery()) {
                made.next();
                return prepared.line(made.getLong(1), made.getString(2), made.getString(3));
            }
        }
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event's detail has what JSON has not", e);
        }
    }
}
