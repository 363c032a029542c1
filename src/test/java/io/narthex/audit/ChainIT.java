package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a superuser does to the record, and what the chain says of it. Each test is a transaction that is undone. */
class ChainIT {
    private static final String VERIFY = "select * from audit.verify_chain('acme')";

    private static RecordDb db;
    private static Connection superuser;

    @BeforeAll
    static void open() throws Exception {
        db = RecordDb.open();
        superuser = db.as("postgres");
    }

    @AfterAll
    static void close() throws Exception {
        superuser.close();
        db.close();
    }

    @BeforeEach
    void begin() throws Exception {
        superuser.setAutoCommit(false);
        RecordDb.execute(superuser, "set local session_replication_role = replica");
        assertThat(RecordDb.rows(superuser, VERIFY)).isEmpty();
        assertThat(isWholeInParts()).isTrue();
    }

    @AfterEach
    void undo() throws Exception {
        superuser.rollback();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        update audit_event set reason = 'another' where id = %d;                    altered
        update audit_event set tenant_id = null, tenant = null, cache_id = null, cache = null where id = %d; altered
        update audit_event set at = at - interval '1 second' where id = %d;         altered
        update audit_event set login = 'postgres' where id = %d;                    not written by the application
        delete from audit_event where id = %d;                                      removed
        update audit_seal set hash = sha256('') where event_id = %d;                altered
        """)
    void namesTheEventThatWasTouched(String change, String reason) throws Exception {
        long id = Long.parseLong(RecordDb.rows(
                        superuser,
                        "select event_id from audit.seals where sequence = 3 and chain_id = audit.chain_id('acme')")
                .getFirst());

        RecordDb.execute(superuser, change.formatted(id));

        assertThat(RecordDb.rows(superuser, VERIFY))
                .singleElement()
                .asString()
                .startsWith("acme|3|" + id + "|")
                .contains(reason);
        assertThat(isWholeInParts()).isFalse();
    }

    @Test
    void namesTheSealThatIsMissing() throws Exception {
        RecordDb.execute(
                superuser,
                "delete from audit_event where id = (select event_id from audit_seal where"
                        + " sequence = 2 and chain = audit.chain_id('acme'))");
        RecordDb.execute(superuser, "delete from audit_seal where sequence = 2 and chain = audit.chain_id('acme')");

        assertThat(RecordDb.rows(superuser, VERIFY)).containsExactly("acme|2|||the seals 2 to 2 were removed");
        assertThat(isWholeInParts()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
        null; 'postgres';    now();                        not written by the application
        '5';  'narthex_app'; now() - interval '1 minute';  no seal
        '5';  'narthex_app'; now() + interval '1 minute';  ahead of the clock
        """)
    void namesTheEventThatWasPutIn(String tx, String login, String at, String reason) throws Exception {
        RecordDb.execute(
                superuser,
                "insert into audit_event (tx, login, at, action, actor, tenant_id, tenant) values (" + tx + ", " + login
                        + ", " + at + ", 'forged', 'token', audit.chain_id('acme'), 'acme')");
        String id = RecordDb.rows(superuser, "select id from audit_event where action = 'forged'")
                .getFirst();
        RecordDb.execute(superuser, "select seal_audit_events(100)");

        assertThat(RecordDb.rows(superuser, VERIFY))
                .singleElement()
                .asString()
                .startsWith("acme||" + id + "|")
                .contains(reason);
        assertThat(isWholeInParts()).isFalse();
    }

    /** In another database of the same server, where nobody writes events. */
    @Test
    void doesNotWaitForATransactionThatSomebodyLeftOpen() throws Exception {
        superuser.rollback();
        RecordDb.execute(superuser, "set local session_replication_role = replica");
        try (Connection other = db.as("postgres");
                Connection application = db.as("narthex_app")) {
            other.setAutoCommit(false);
            RecordDb.execute(other, "select pg_current_xact_id()");
            RecordDb.execute(
                    application,
                    "insert into audit_event (action, actor, tenant_id, tenant)"
                            + " select 'beside-open', 'token', t.id, t.name from tenant t where t.name = 'globex'");
            String sealed = "select count(*) from audit.events e join audit.seals s on s.event_id = e.id"
                    + " where e.action = 'beside-open'";

            db.seal();
            assertThat(RecordDb.rows(application, sealed)).containsExactly("1");
            // it comes behind one with a greater number, and is found all the same
            RecordDb.execute(
                    superuser,
                    "insert into audit_event (action, actor, tx, login, tenant_id, tenant) select 'beside-open',"
                            + " 'token', pg_current_xact_id(), 'narthex_app', t.id, t.name from tenant t"
                            + " where t.name = 'globex'");
            RecordDb.execute(application, "insert into audit_event (action, actor) values ('later', 'token')");
            db.seal();
            superuser.commit();
            db.seal();
            assertThat(RecordDb.rows(application, sealed)).containsExactly("2");
            other.rollback();
            db.seal();
            assertThat(RecordDb.rows(application, "select * from audit.verify_chain('globex')"))
                    .isEmpty();
        }
    }

    /** The first of two months is gone with its seals, or with its events alone. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        audit_event;             acme|1|;  it was removed
        audit_event, audit_seal; acme|1||; the seals 1 to
        """)
    void findsAMonthThatWasDropped(String tables, String event, String reason) throws Exception {
        RecordDb.execute(superuser, "delete from audit_head");
        RecordDb.execute(
                superuser,
                "insert into audit_event (at, tx, login, action, actor, tenant_id, tenant) select '2026-10-15', '3',"
                    + " 'narthex_app', 'of-another-month', 'token', t.id, t.name from tenant t where t.name = 'acme'");
        RecordDb.execute(superuser, "update audit_progress set tx = '0', id = 0");
        RecordDb.execute(superuser, "select seal_audit_events(100)");
        for (String table : tables.split(", ", -1)) {
            RecordDb.execute(superuser, "drop table " + table + "_202611");
        }

        assertThat(RecordDb.rows(superuser, VERIFY))
                .singleElement()
                .asString()
                .startsWith(event)
                .contains(reason);
    }

    @Test
    void isNotFooledByATriggerThatRuns() throws Exception {
        RecordDb.execute(superuser, "set local session_replication_role = origin");

        assertThatThrownBy(() -> RecordDb.execute(
                        superuser, "insert into audit_event (action, actor) values ('forged', 'token')"))
                .hasMessageContaining("only the application");
    }

    @Test
    void missesACutTailThatAKeptHeadShows() throws Exception {
        String kept = keptHead();
        RecordDb.execute(superuser, "delete from audit_head");
        RecordDb.execute(
                superuser,
                "delete from audit_event where id in (select event_id from audit_seal"
                        + " where sequence > 3 and chain = audit.chain_id('acme'))");
        RecordDb.execute(superuser, "delete from audit_seal where sequence > 3 and chain = audit.chain_id('acme')");

        assertThat(RecordDb.rows(superuser, VERIFY)).isEmpty();
        assertThat(RecordDb.rows(superuser, "select * from audit.verify_chain(" + kept + ")"))
                .singleElement()
                .asString()
                .contains("its tail was cut");
    }

    @Test
    void missesAChainComputedAnewThatAKeptHeadShows() throws Exception {
        String kept = keptHead();
        RecordDb.execute(superuser, "delete from audit_head");
        computeAnew();

        assertThat(RecordDb.rows(superuser, VERIFY)).isEmpty();
        assertThat(RecordDb.rows(superuser, "select * from audit.verify_chain(" + kept + ")"))
                .singleElement()
                .asString()
                .startsWith("acme|5|")
                .contains("computed anew");
    }

    @Test
    void findsAChainComputedAnewByTheHeadsThatWereSigned() throws Exception {
        computeAnew();

        assertThat(RecordDb.rows(superuser, VERIFY))
                .singleElement()
                .asString()
                .startsWith("acme|5|")
                .contains("not the one that was signed");
    }

    @Test
    void agreesWithAKeptHeadInHexAndBase64() throws Exception {
        for (String hash : List.of("encode(hash, 'hex')", "hash::text", "encode(hash, 'base64')", "hash")) {
            assertThat(RecordDb.rows(
                            superuser,
                            "select v.* from audit.chains c, audit.verify_chain(c.chain, c.sequence, "
                                    + hash.replace("hash", "c.hash") + ") v where c.chain = 'acme'"))
                    .isEmpty();
        }
        assertThat(RecordDb.rows(superuser, "select * from audit.verify_chain('acme', 5, repeat('00', 32))"))
                .hasSize(1);
    }

    @Test
    void doesNotKnowTenantsThatAreNot() {
        assertThatThrownBy(() -> RecordDb.rows(superuser, "select * from audit.verify_chain('nobody')"))
                .hasMessageContaining("there is no chain 'nobody'");
    }

    private static void computeAnew() throws Exception {
        RecordDb.execute(superuser, "update audit_event set address = null where tenant = 'acme'");
        RecordDb.execute(superuser, "delete from audit_seal where chain = audit.chain_id('acme')");
        RecordDb.execute(superuser, "update audit_progress set tx = '0', id = 0");
        RecordDb.execute(superuser, "select seal_audit_events(100)");
    }

    private static String keptHead() throws Exception {
        String head = RecordDb.rows(
                        superuser,
                        "select '''acme'', ' || sequence || ', ''' || encode(hash, 'hex') || ''''"
                                + " from audit.chains where chain = 'acme'")
                .getFirst();
        assertThat(head).startsWith("'acme', 5, ");
        return head;
    }

    /** As the job asks that verifies chains, two seals or events at a time. */
    private static boolean isWholeInParts() throws Exception {
        boolean whole = true;
        for (String part : List.of("verify_seals", "verify_events_sealed")) {
            String last = "0";
            while (!last.isEmpty()) {
                String row = RecordDb.rows(
                                superuser,
                                "select whole, last from " + part + "(audit.chain_id('acme'), " + last + ", 2)")
                        .getFirst();
                whole &= row.startsWith("t");
                last = row.substring(row.indexOf('|') + 1);
            }
        }
        return whole;
    }
}
