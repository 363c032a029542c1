package io.narthex.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.JsonResolver;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;

/** Writes rows of audit_event. The names of tenant and cache are kept beside their numbers: they outlive both. */
final class EventRows {
    private static final String INSERT = """
        insert into audit_event (tenant_id, tenant, cache_id, cache, action, outcome, reason, count,
                                 token_id, token_note, actor, address, request_id, path, key_name, detail)
        select t.id, t.name, c.id, c.name, ?, ?, ?, ?, ?, ?, ?, cast(? as inet), ?, ?, ?, cast(? as jsonb)
        from (select cast(? as integer) as tenant_id, cast(? as integer) as cache_id) x
        left join cache c on c.id = x.cache_id
        left join tenant t on t.id = coalesce(x.tenant_id, c.tenant_id)
        returning id, tenant, cache
        """;

    private static final ObjectMapper JSON = new JsonResolver().getContext(ObjectMapper.class);

    private EventRows() {}

    /** Writes one, and gives the line of the log that says the same. */
    static String write(Connection connection, Entry entry) throws SQLException {
        AuditEvent event = entry.event();
        Actor actor = entry.actor();
        String detail = json(event.detail());
        String address = AddressText.of(actor.address());
        try (PreparedStatement s = connection.prepareStatement(INSERT)) {
            s.setString(1, event.action().text());
            s.setString(2, entry.outcome());
            s.setString(3, entry.reason());
            s.setLong(4, entry.count());
            s.setString(5, actor.tokenId());
            s.setString(6, actor.tokenNote());
            s.setString(7, actor.name());
            s.setString(8, address);
            s.setString(9, actor.requestId());
            s.setString(10, event.path());
            s.setString(11, event.key());
            s.setString(12, detail);
            s.setObject(13, event.tenantId(), Types.INTEGER);
            s.setObject(14, event.cacheId(), Types.INTEGER);
            try (ResultSet row = s.executeQuery()) {
                row.next();
                return new LogLine("audit")
                        .add("id", Long.toString(row.getLong(1)))
                        .add("action", event.action().text())
                        .add("outcome", entry.outcome())
                        .add("reason", entry.reason())
                        .add("count", Long.toString(entry.count()))
                        .add("tenant", row.getString(2))
                        .add("cache", row.getString(3))
                        .add("path", event.path())
                        .add("key", event.key())
                        .add("actor", actor.name())
                        .add("token", actor.tokenId())
                        .add("note", actor.tokenNote())
                        .add("address", address)
                        .add("request", actor.requestId())
                        .add("detail", event.detail().isEmpty() ? null : detail)
                        .toString();
            }
        }
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event's detail has what JSON has not", e);
        }
    }
}
