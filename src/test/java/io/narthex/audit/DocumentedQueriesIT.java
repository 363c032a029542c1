package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every query of src/docs/audit.md as it stands there, run by the auditor; and what the auditor may not. */
class DocumentedQueriesIT {
    private static final Pattern QUERY = Pattern.compile("([^\\n]*)\\n\\n```sql\\n(.*?)```", Pattern.DOTALL);
    private static final String OPENSSL = "v03rq083bndqnwar7zhfw5jy4qx5wwyl-openssl-3.0.13";

    /** What each gives, in the order of the document: parts of its rows. */
    private static final List<List<List<String>>> EXPECTED = List.of(
            List.of(List.of(
                    "acme|main|60ibf5mdwg7xxh85rrh8pnxyca2l01sf-curl-8.4.0-dev|ci7token|CI of acme|192.0.2.1|1000|t")),
            List.of(List.of("acme|main|ci7token|CI of acme|192.0.2.1|", "|1")),
            List.of(
                    List.of("key-activated"),
                    List.of("path-published", OPENSSL),
                    List.of("path-published", "gone-1"),
                    List.of("hash-mismatch|3"),
                    List.of("revoked|5"),
                    List.of("downloaded", "curl-8.4.0-dev")),
            List.of(List.of(OPENSSL, "token|ci7token|CI of acme|192.0.2.1"), List.of("gone-1", "token|ci7token")),
            List.of(List.of("acme|main|CI of acme/app|c0ffee|refs/heads/main|release|77|", "|ci7token|")),
            List.of(List.of("acme-site-1.0|received"), List.of("curl-8.4.0-dev|received"), List.of(OPENSSL, "ACTIVE")),
            List.of(List.of("acme-site-1.0"), List.of("curl-8.4.0-dev"), List.of(OPENSSL, "token ci7token")),
            List.of(
                    List.of("token-refused|revoked|acme|main|token|ci7token|192.0.2.1|5"),
                    List.of("token-refused|expired|globex|main|token|gx7token|198.51.100.2|4"),
                    List.of("push-refused|hash-mismatch|acme|main|token|ci7token|192.0.2.1|3"),
                    List.of("push-refused|too-large|globex|main|token|gx7token|198.51.100.2|2")),
            List.of(List.of("acme|main|curl|8.4.0|uploaded|1|"), List.of("globex|main|nginx|1.24|uploaded|1|")),
            List.of(
                    List.of("acme|main|acme-site|1.0|uploaded|1|1000"),
                    List.of("acme|main|openssl|3.0.13|uploaded|1|1000"),
                    List.of("globex|main|globex-app|2|uploaded|1|1000"),
                    List.of("globex|main|globex-site|3|uploaded|1|1000")),
            List.of(List.of("acme|3|3000|1500"), List.of("default|0|0|0"), List.of("globex|3|3000|1500")),
            List.of(List.of("main.acme.cache.example.com-1|ACTIVE|f")),
            List.of(List.of("key-activated|token|ci7token")),
            List.of(List.of("192.0.2.1|ci7token|revoked|5"), List.of("198.51.100.2|gx7token|expired|4")),
            List.of(List.of(OPENSSL)),
            List.of(List.of("references|0|"), List.of("seals|0|")),
            List.of(List.of("acme-site-1.0|1000|500|")),
            List.of(List.of("acme-site-1.0|retention|", "|token ci7token|sha256-")),
            List.of(),
            List.of(List.of("production|1|" + OPENSSL, "|ci7token||t|of acme")),
            List.of(
                    List.of("|acme|main|", "|SUCCEEDED|t|f|3|1|0|0|"),
                    List.of("|globex|main|", "|SUCCEEDED|t|f|3|1|0|0|")),
            List.of(
                    List.of("acme|all of it|3|1500||"),
                    List.of("acme|main|3|1500||"),
                    List.of("globex|all of it|3|1500||"),
                    List.of("globex|main|3|1500||")),
            List.of(
                    List.of("wrong|acme|main|" + OPENSSL + "|500|1|node-1|"),
                    List.of("wrong|globex|main|", "nginx-1.24")),
            List.of(List.of("@server||||"), List.of("acme||||"), List.of("default||||"), List.of("globex||||")));

    private static RecordDb db;
    private static Connection auditor;

    @BeforeAll
    static void open() throws Exception {
        db = RecordDb.open();
        auditor = db.as(RecordDb.WHOLE);
    }

    @AfterAll
    static void close() throws Exception {
        auditor.close();
        db.close();
    }

    @Test
    void giveTheExpectedRows() throws Exception {
        List<MatchResult> queries = QUERY.matcher(Files.readString(Path.of("src/docs/audit.md")))
                .results()
                .toList();
        assertThat(queries).hasSize(EXPECTED.size());
        for (int i = 0; i < queries.size(); i++) {
            String question = queries.get(i).group(1);
            List<String> rows = RecordDb.rows(auditor, queries.get(i).group(2));
            List<List<String>> expected = EXPECTED.get(i);

            assertThat(rows).as(question).hasSize(expected.size());
            for (List<String> parts : expected) {
                assertThat(rows).as(question).anySatisfy(row -> assertThat(row).contains(parts));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit.events set reason = 'x'",
                "delete from audit.events",
                "truncate audit_event",
                "truncate audit.events",
                "update audit_event set reason = 'x'",
                "delete from audit_event",
                "delete from audit_seal",
                "insert into audit_event (action, actor) values ('made-up', 'x')",
                "delete from nar_download",
                "select sealed_secret from signing_key",
                "select secret_hash from token",
                "select sealed_secret from audit_key",
                "select secret_hash from audit.tokens",
                "select sealed_secret from audit.keys",
                "select * from uploaded_path",
                "select seal_audit_events(1)",
                "select detach_audit_month('2020-01-01', 1, '', 0, 0, '')",
                "select audit.create_auditor('mine', 'acme')",
                "insert into audit_auditor (role) values ('mine')",
                "create table mine (id integer)",
                "create table audit.mine (id integer)",
                "create temporary table mine (id integer)",
                "create function pg_temp.mine() returns integer language sql as 'select 1'",
                "select lo_create(0)",
                "select lo_from_bytea(0, 'mine')",
                "select pg_advisory_lock(hashtext('narthex-audit-seal'))",
                "select pg_try_advisory_xact_lock_shared(1, 1)",
                "select pg_current_xact_id()",
                "select txid_current()",
                "select pg_logical_emit_message(true, 'mine', 'mine')",
                "copy (select 1) to program 'true'",
                "copy (select 1) to '/tmp/mine'",
                "select pg_read_file('/etc/passwd')",
                "select * from pg_statistic",
                "set session authorization narthex_app",
                "set session_replication_role = replica",
                "set role narthex_audit_views",
                "set role narthex_owner"
            })
    void refuseTheRest(String sql) throws Exception {
        RecordDb.execute(auditor, "set default_transaction_read_only = off");

        assertThatThrownBy(() -> RecordDb.execute(auditor, sql))
                .hasMessageMatching(
                        "(?s).*(permission denied|must be superuser|does not exist|cannot (update|delete)|is not a"
                                + " table).*");
    }

    @Test
    void areReadOnlyAndEnd() throws Exception {
        for (String role : List.of(RecordDb.WHOLE, RecordDb.ACME)) {
            try (Connection connection = db.as(role)) {
                assertThat(RecordDb.rows(connection, "show transaction_read_only"))
                        .containsExactly("on");
                assertThat(RecordDb.rows(connection, "show statement_timeout")).containsExactly("5min");
            }
        }
    }

    @Test
    void describeEveryViewColumnAndFunction() throws Exception {
        try (Connection owner = db.as("narthex_owner")) {
            assertThat(RecordDb.rows(owner, """
                select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
                where c.relnamespace = 'audit'::regnamespace and c.relkind = 'v' and a.attnum >= 0
                  and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null
                       or not coalesce(c.reloptions, '{}') @> '{security_barrier=true}'
                       or pg_get_userbyid(c.relowner) <> 'narthex_audit_views')
                """)).isEmpty();
            assertThat(RecordDb.rows(owner, """
                select oid::regprocedure from pg_proc p where pronamespace = 'audit'::regnamespace
                  and (obj_description(oid, 'pg_proc') is null or prosecdef)
                """)).isEmpty();
        }
    }
}
