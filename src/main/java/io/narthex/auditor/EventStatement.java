package io.narthex.auditor;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question to the record.
 *
 * @param text SQL
 * @param values of its parameters, in order
 */
record EventStatement(String text, List<Object> values) {
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

    /**
     * For a page of it.
     *
     * @param from the cursor of the event that the page begins behind; null: at the beginning
     * @param newestFirst or in the order in which their transactions ended
     */
    static EventStatement of(
            AuditScope scope, EventQuery query, @Nullable String from, int limit, boolean newestFirst) {
        List<Object> values = new ArrayList<>();
        StringBuilder sql = new StringBuilder(SELECT);
        if (from != null) {
            sql.append(" and (e.tx, e.id) ").append(newestFirst ? "<" : ">").append(PLACE);
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
        sql.append(" order by e.tx%1$s, e.id%1$s limit ?".formatted(newestFirst ? " desc" : ""));
        values.add(limit);
        return new EventStatement(sql.toString(), values);
    }

    private static void add(StringBuilder sql, List<Object> values, String condition, @Nullable Object value) {
        if (value != null) {
            sql.append(" and ").append(condition);
            values.add(value);
        }
    }
}
