package io.narthex.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What PostgreSQL reads of a large record for a page of it. */
@ExtendWith(SharedServer.class)
class EventStatementIT {
    private static final int MANY = 100_000;
    private static final int PAGE = 50;
    private static final int TENANT = 7;

    /** The driver prepares a statement on the server with its fifth call, and PostgreSQL thinks of a general plan with the sixth. */
    private static final int CALLS = 12;

    private static Connection many;

    /** In a temporary table like the real one, so that nobody else's tests see so many rows. */
    @BeforeAll
    static void writeMany() throws SQLException {
        many = Rows.ofServer().connect();
        try (Statement s = many.createStatement()) {
            s.execute("create temporary table audit_event (like public.audit_event including defaults including indexes"
                    + " including identity)");
            s.execute("""
                insert into audit_event (at, tx, login, tenant_id, tenant, action, actor)
                select now() - interval '30 days' + g * interval '1 s', '3', 'narthex_app', %d, 'large',
                       case when g = 7 then 'pin-set' when g %% 100 = 0 then 'token-made' else 'path-published' end, 'token'
                from generate_series(1, %d) g\
                """.formatted(TENANT, MANY));
            s.execute("analyze audit_event");
        }
    }

    @AfterAll
    static void close() throws SQLException {
        many.close();
    }

    @Test
    void aRareKindIsFoundWithoutReadingTheOthers() throws SQLException {
        for (OptionalInt tenant : List.of(OptionalInt.of(TENANT), OptionalInt.empty())) {
            assertThat(mostRowsRead(tenant, "pin-set")).as(tenant.toString()).isLessThan(PAGE);
            assertThat(mostRowsRead(tenant, "pin-removed"))
                    .as(tenant.toString())
                    .isLessThan(PAGE);
        }
    }

    @Test
    void aFrequentKindIsReadAPageAtATime() throws SQLException {
        assertThat(mostRowsRead(OptionalInt.of(TENANT), "path-published")).isBetween((long) PAGE, 10L * PAGE);
    }

    /** Of the record, for the newest page, the worst of several calls. */
    private static long mostRowsRead(OptionalInt tenant, String action) throws SQLException {
        EventStatement statement = EventStatement.of(
                new AuditScope(tenant),
                new EventQuery(null, null, action, null, null, null, null, null),
                null,
                PAGE,
                true);
        long most = 0;
        try (PreparedStatement s = many.prepareStatement(statement.text())) {
            for (int call = 0; call < CALLS; call++) {
                long before = rowsRead();
                for (int i = 0; i < statement.values().size(); i++) {
                    s.setObject(i + 1, statement.values().get(i));
                }
                s.executeQuery().close();
                most = Math.max(most, rowsRead() - before);
            }
        }
        return most;
    }

    private static long rowsRead() throws SQLException {
        try (Statement s = many.createStatement()) {
            s.execute("select pg_stat_force_next_flush()");
        }
        try (Statement s = many.createStatement();
                ResultSet r =
                        s.executeQuery("select pg_stat_clear_snapshot(), seq_tup_read + coalesce(idx_tup_fetch, 0)"
                                + " from pg_stat_all_tables where relid = 'pg_temp.audit_event'::regclass")) {
            r.next();
            return r.getLong(2);
        }
    }
}
