package io.narthex.audit;

import java.lang.System.Logger.Level;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * An event that a function of the database writes in the same call as the change, by {@code record_event}. It is for
 * changes so frequent that each statement counts. {@link AuditLog#prepare} makes one.
 */
public final class PreparedEvent {
    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());

    private final StorableEvent row;
    private final @Nullable String address;
    private final String detail;

    PreparedEvent(StorableEvent row) {
        this.row = row;
        address = AddressText.of(row.actor().address());
        detail = EventRows.json(row.event().detail());
    }

    /**
     * Sets token_id, token_note, actor, address (inet, as text), request_id, path and detail (jsonb, as text), one behind
     * the other.
     *
     * @param first the number of the first
     */
    public void set(PreparedStatement statement, int first) throws SQLException {
        Actor actor = row.actor();
        statement.setString(first, actor.tokenId());
        statement.setString(first + 1, actor.tokenNote());
        statement.setString(first + 2, actor.name());
        statement.setString(first + 3, address);
        statement.setString(first + 4, actor.requestId());
        statement.setString(first + 5, row.event().path());
        statement.setString(first + 6, detail);
    }

    /**
     * Logs the event; to be called once it is committed.
     *
     * @param id of its row
     * @param tenant name of the tenant then
     * @param cache name of the cache then
     */
    public void committed(long id, @Nullable String tenant, @Nullable String cache) {
        LOG.log(Level.INFO, line(id, tenant, cache));
    }

    /** The line of the log that says the same as the row. */
    String line(long id, @Nullable String tenant, @Nullable String cache) {
        AuditEvent event = row.event();
        Actor actor = row.actor();
        return new LogLine("audit")
                .add("id", Long.toString(id))
                .add("action", event.action().text())
                .add("outcome", row.outcome())
                .add("reason", row.reason())
                .add("count", Long.toString(row.count()))
                .add("tenant", tenant)
                .add("cache", cache)
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
