package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two tenants' auditors over every view and function of the schema audit, as the catalogue has them. */
class TenantAuditorIT {
    private static final String VIEWS =
            "select relname from pg_class where relnamespace = 'audit'::regnamespace and relkind in ('v', 'm', 'r',"
                    + " 'p')";
    private static final String FUNCTIONS =
            "select distinct proname from pg_proc where pronamespace = 'audit'::regnamespace";

    /** Calls of each function on what is globex's. None of them gives a row to acme's auditor, or it raises. */
    private static final Map<String, List<String>> ON_ANOTHERS = Map.of(
            "closure", List.of("audit.closure(store_path)"),
            "dependents", List.of("audit.dependents(store_path)"),
            "path_ids_of", List.of("audit.path_ids_of(store_path)"),
            "chain_id", List.of("audit.chain_id('globex')"),
            "verify_chain",
                    List.of(
                            "audit.verify_chain('globex')",
                            "audit.verify_chain('globex', 1, repeat('00', 32))",
                            "audit.verify_chain('globex', 1, '\\x00'::bytea)",
                            "audit.verify_chain('@server')"));

    /** What reads no table. */
    private static final List<String> PURE = List.of("canonical");

    /** What no auditor may call. */
    private static final List<String> REFUSED =
            List.of("create_auditor", "drop_auditor", "limit_auditor", "set_up_roles");

    /** A key of globex's own, which it named as acme's: a name that it gave tells it nothing. */
    private static final String BROUGHT = "main.acme.cache.example.com-1";

    private static RecordDb db;
    private static Connection acme;
    private static Connection globex;
    private static Connection whole;

    @BeforeAll
    static void open() throws Exception {
        db = RecordDb.open();
        // so that something waits in each lag, of each as many as of no other
        try (Connection superuser = db.as("postgres")) {
            RecordDb.execute(superuser, """
                insert into path_queue (scope, hash, name)
                select c.id, '', t.name from cache c join tenant t on t.id = c.tenant_id, generate_series(1, t.id) n
                """);
        }
        try (Connection application = db.as("narthex_app")) {
            RecordDb.execute(application, """
                insert into audit_event (action, actor, tenant_id, tenant)
                select 'tenant-created', 'administrator', t.id, t.name from tenant t, generate_series(1, t.id) n
                """);
        }
        acme = db.as(RecordDb.ACME);
        globex = db.as(RecordDb.GLOBEX);
        whole = db.as(RecordDb.WHOLE);
    }

    @AfterAll
    static void close() throws Exception {
        acme.close();
        globex.close();
        whole.close();
        db.close();
    }

    @Test
    void seesInNoViewARowOfAnotherTenant() throws Exception {
        List<String> views = RecordDb.rows(whole, VIEWS);
        assertThat(views).contains("events", "downloads", "narinfo_hourly", "paths", "keys", "tokens", "storage_daily");
        for (String view : views) {
            String all = "select * from audit." + view;
            List<String> acmes = RecordDb.rows(acme, all);
            List<String> globexs = RecordDb.rows(globex, all);

            assertThat(String.join("\n", acmes)).as(view).doesNotContainIgnoringCase("globex", "nginx", "gx7token");
            assertThat(String.join("\n", globexs).replace(BROUGHT, ""))
                    .as(view)
                    .doesNotContainIgnoringCase("acme", "openssl", "ci7token");
            if (view.equals("exports")) {
                // of the whole server, not of any tenant
                assertThat(acmes).isEmpty();
            } else {
                assertThat(acmes).as(view).isNotEmpty();
                assertThat(globexs).as(view).isNotEmpty();
                assertThat(acmes).as(view).doesNotContainAnyElementsOf(globexs);
            }
            assertThat(RecordDb.rows(whole, all)).as(view).isNotEmpty();
        }
    }

    @Test
    void getsFromNoFunctionARowOfAnotherTenant() throws Exception {
        List<String> names = RecordDb.rows(whole, FUNCTIONS);
        assertThat(names).contains("closure", "dependents", "verify_chain", "create_auditor");
        List<String> paths = RecordDb.rows(globex, "select path from audit.path_ids");
        assertThat(paths).hasSize(3);
        for (String name : names) {
            if (PURE.contains(name) || REFUSED.contains(name)) {
                continue;
            }
            assertThat(ON_ANOTHERS).as("calls of a new function").containsKey(name);
            for (String call : ON_ANOTHERS.getOrDefault(name, List.of())) {
                for (String path : paths) {
                    for (String text : List.of(path, "/nix/store/" + path, path.substring(0, 32))) {
                        assertThat(rowsOrNone("select * from " + call.replace("store_path", "'" + text + "'")))
                                .as(call)
                                .isEmpty();
                    }
                }
            }
        }
    }

    /** Raising gives no row either, if what it says is that there is no such thing. */
    private static List<String> rowsOrNone(String sql) throws SQLException {
        try {
            return RecordDb.rows(acme, sql);
        } catch (SQLException e) {
            assertThat(String.valueOf(e.getMessage())).contains("there is no chain");
            return List.of();
        }
    }

    @Test
    void getsItsOwnFromEveryFunction() throws Exception {
        assertThat(RecordDb.rows(acme, "select * from audit.dependents('v03rq083bndqnwar7zhfw5jy4qx5wwyl')"))
                .hasSize(3)
                .contains("v03rq083bndqnwar7zhfw5jy4qx5wwyl-openssl-3.0.13");
        assertThat(RecordDb.rows(acme, "select p.path, c.path from audit.path_ids p, audit.closure(p.path) c"))
                .hasSize(6);
        assertThat(RecordDb.rows(acme, "select audit.chain_id('acme')")).hasSize(1);
        assertThat(RecordDb.rows(acme, "select * from audit.verify_chain('acme')"))
                .isEmpty();
    }

    @Test
    void mayNotMakeAuditorsNorBecomeAnother() {
        for (String call : List.of(
                "select audit.create_auditor('x', 'globex')",
                "select audit.create_auditor('acme_auditor', '*')",
                "select audit.drop_auditor('globex_auditor')",
                "select audit.limit_auditor('x')",
                "select audit.set_up_roles()",
                "set role globex_auditor",
                "set role narthex_auditor",
                "select * from audit_scope",
                "select * from nar_download")) {
            assertThatThrownBy(() -> RecordDb.execute(acme, call))
                    .as(call)
                    .hasMessageMatching("(?s).*(permission denied|does not exist|read-only).*");
        }
    }

    @Test
    void seesWhatItsRoleWasMadeForAndNotWhatOneOfThatNameSaw() throws Exception {
        try (Connection superuser = db.as("postgres")) {
            RecordDb.execute(superuser, "select audit.create_auditor('another', 'acme')");
            RecordDb.execute(superuser, "drop role another");
            RecordDb.execute(superuser, "select audit.create_auditor('another', 'globex')");
            RecordDb.execute(superuser, "set role another");

            assertThat(RecordDb.rows(superuser, "select distinct tenant from audit.events"))
                    .containsExactly("globex");
        }
    }

    /** On a PostgreSQL of one's own these are open until a superuser makes the first auditor. */
    @Test
    void losesWhatPostgresqlLetsEveryLoginDo() throws Exception {
        try (Connection superuser = db.as("postgres");
                Connection application = db.as("narthex_app")) {
            RecordDb.execute(superuser, "grant temporary on database narthex to public");
            RecordDb.execute(
                    superuser, "grant execute on function pg_advisory_xact_lock(bigint), lo_create(oid) to public");
            RecordDb.execute(acme, "set default_transaction_read_only = off");
            RecordDb.execute(acme, "create temporary table mine (id integer)");

            RecordDb.execute(superuser, "select audit.set_up_roles()");

            for (String call : List.of(
                    "create temporary table more (id integer)",
                    "select pg_advisory_xact_lock(1)",
                    "select lo_create(0)")) {
                assertThatThrownBy(() -> RecordDb.execute(acme, call)).hasMessageContaining("permission denied");
            }
            RecordDb.execute(application, "select pg_advisory_xact_lock(1)");
        }
    }

    @Test
    void seesNothingAsTheGroupThatItIsAMemberOf() throws Exception {
        try (Connection connection = db.as(RecordDb.ACME)) {
            RecordDb.execute(connection, "set role narthex_audit_readers");
            assertThat(RecordDb.rows(connection, "select * from audit.events")).isEmpty();
            assertThat(RecordDb.rows(connection, "select * from audit.paths")).isEmpty();
        }
    }
}
