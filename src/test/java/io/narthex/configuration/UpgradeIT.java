package io.narthex.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.narthex.it.Rows;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of a filled database that another build has migrated, or is about to. */
@ExtendWith(ArquillianExtension.class)
@Timeout(
        value = 10,
        unit = TimeUnit.MINUTES,
        threadMode = ThreadMode.SAME_THREAD) // Arquillian keeps its state by thread
class UpgradeIT {
    /** A later release that changes columns. */
    private static final List<String> CHANGED = List.of("filesystem:src/test/resources/schema/changed");

    /** A later release that has another function, and changes no table. */
    private static final List<String> FUNCTIONS = List.of("filesystem:src/test/resources/schema/functions");

    private static final String RAN = "select count(*) from flyway_schema_history";

    private static SchemaDb filled;

    @BeforeAll
    static void fill() throws Exception {
        filled = SchemaDb.create("upgrade_filled");
        filled.migrate();
        filled.fill();
    }

    @AfterAll
    static void drop() throws Exception {
        filled.close();
        Rows.by(URI.create(System.getProperty("it.db.superuser.uri"))).change("drop role upgrade_auditor");
    }

    @Test
    void keepsViewsAndGrantsOverAChangeOfWhatTheyRead() throws Exception {
        try (SchemaDb db = filled.copy("upgrade_changed")) {
            Map<String, List<String>> seen = seen(db);
            List<String> rights = rights(db);

            db.migrations(CHANGED).run();

            assertThat(db.texts("narthex_app", "select pg_typeof(bytes_sent) from nar_download limit 1"))
                    .containsExactly("numeric");
            assertThat(rights(db)).containsExactlyInAnyOrderElementsOf(rights);
            assertThat(seen(db)).isEqualTo(seen);
        }
    }

    /** The rows of each view, for each kind of login. */
    private static Map<String, List<String>> seen(SchemaDb db) throws Exception {
        Map<String, List<String>> seen = new LinkedHashMap<>();
        for (String role : List.of("narthex_auditor", "upgrade_auditor", "narthex_app")) {
            seen.put(role, db.texts(role, """
                select v.viewname || ' ' || query_to_xml(format('select v::text from audit.%I v order by 1', v.viewname),
                                                         false, false, '')
                  from pg_views v where v.schemaname = 'audit' order by 1
                """));
        }
        assertThat(seen.get("upgrade_auditor"))
                .anyMatch(text -> text.startsWith("tokens") && text.contains("CI of acme") && !text.contains("globex"));
        return seen;
    }

    /** Who owns what, who was granted what, and which policies there are. */
    private static List<String> rights(SchemaDb db) throws Exception {
        return db.describe()
                .lines()
                .filter(line -> line.matches("(view|function|  grant|  policy) .*"))
                .sorted()
                .toList();
    }

    @Test
    void waitsForWhoReadsAndKeepsNobodyElseWaiting() throws Exception {
        try (SchemaDb db = filled.copy("upgrade_read");
                Connection auditor = db.as("upgrade_auditor");
                Connection application = db.as("narthex_app");
                Statement asked = application.createStatement()) {
            auditor.setAutoCommit(false);
            read(auditor);
            CompletableFuture<Boolean> upgrade =
                    CompletableFuture.supplyAsync(() -> db.migrations(CHANGED).run());
            awaitWaiting(db);

            asked.execute("set statement_timeout = '15s'");
            asked.execute("select count(*) from token");

            assertThat(upgrade).isNotDone();
            auditor.rollback();
            assertThat(upgrade.get(1, TimeUnit.MINUTES)).isTrue();
            read(auditor);
        }
    }

    private static void read(Connection auditor) throws Exception {
        try (Statement statement = auditor.createStatement();
                ResultSet tokens = statement.executeQuery("select token_id from audit.tokens")) {
            assertThat(tokens.next()).isTrue();
        }
    }

    /** Until the upgrade waits for a lock. */
    private static void awaitWaiting(SchemaDb db) throws Exception {
        String waiting =
                "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (db.texts("postgres", waiting).isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(50);
        }
    }

    @Test
    void leavesWhatALaterReleaseMadeAlone() throws Exception {
        for (List<String> later : List.of(CHANGED, FUNCTIONS)) {
            try (SchemaDb db = filled.copy("upgrade_later")) {
                db.migrations(later).run();
                List<String> ran = db.texts("postgres", RAN);

                db.migrate();

                assertThat(db.texts("postgres", RAN)).isEqualTo(ran);
                db.migrations(later).run();
                assertThat(db.texts("postgres", RAN)).isEqualTo(ran);
            }
        }
    }

    @Test
    void letsAnotherLoginOfTheApplicationInBesideTheFirst() throws Exception {
        Rows superuser = Rows.by(URI.create(System.getProperty("it.db.superuser.uri")));
        superuser.change("create role upgrade_application login");
        try (SchemaDb db = filled.copy("upgrade_login")) {
            db.migrations("upgrade_application", List.of()).run();
            // closed to all but the logins that were the application's when a superuser ran it last
            execute(db, "select audit.set_up_roles()");

            String write = "insert into audit_event (action, actor) values ('token-revoked', 'server') returning login";
            assertThat(db.texts("upgrade_application", write)).containsExactly("upgrade_application");
            assertThat(db.texts("upgrade_application", "select name from tenant"))
                    .contains("acme", "globex");
            assertThat(db.texts("narthex_app", "select name from tenant")).contains("acme", "globex");
        }
        superuser.change("drop role upgrade_application");
    }

    @Test
    void doesNothingToADatabaseOfAnEarlierBuild() throws Exception {
        try (SchemaDb db = SchemaDb.create("upgrade_earlier")) {
            Flyway.configure()
                    .locations("filesystem:src/test/resources/schema/earlier")
                    .dataSource(
                            db.url(),
                            System.getProperty("it.db.owner.user"),
                            System.getProperty("it.db.owner.password"))
                    .load()
                    .migrate();

            assertThat(db.migrations(List.of()).run()).isFalse();

            assertThat(DatabaseProblem.earlierBuild(db.url(), Path.of("/var/lib/narthex")))
                    .startsWith("the database at 127.0.0.1:")
                    .endsWith("/upgrade_earlier was made by an earlier build, and no database of before 1.0 is taken"
                            + " over: start with an empty one, named in NARTHEX_DB_URL; where it is the embedded"
                            + " one, move /var/lib/narthex/postgresql away");
            assertThat(db.texts("postgres", RAN)).containsExactly("1");
            assertThat(db.texts("postgres", "select to_regclass('tenant')::text"))
                    .containsOnlyNulls();
        }
    }

    @Test
    void namesTheMigrationThatIsNotWhatWasRun() throws Exception {
        try (SchemaDb db = filled.copy("upgrade_other")) {
            execute(db, "update flyway_schema_history set checksum = checksum + 1 where version = '4'");

            assertThat(problem(db, List.of()))
                    .isEqualTo("the database schema is not what this build made of it (Migration checksum mismatch for"
                            + " migration version 4): start the build that made it, restore the database from a"
                            + " backup, or start with an empty one");
        }
    }

    @Test
    void leavesAViewOfSomebodyElsesAndAllElseAsItWas() throws Exception {
        try (SchemaDb db = filled.copy("upgrade_dependent")) {
            execute(db, "create schema reports; create view reports.tokens as select * from audit.tokens");
            String before = db.describe();

            assertThat(problem(db, CHANGED))
                    .contains("view reports.tokens depends on view audit.tokens")
                    .endsWith("drop what is not Narthex's, and make it again after the upgrade");
            assertThat(db.describe()).isEqualTo(before);
        }
    }

    private static String problem(SchemaDb db, List<String> others) {
        return MigrationProblem.describe(catchThrowableOfType(
                FlywayException.class, () -> db.migrations(others).run()));
    }

    private static void execute(SchemaDb db, String sql) throws Exception {
        try (Connection connection = db.as("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
