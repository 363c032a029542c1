package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.configuration.Database;
import io.narthex.it.Await;
import io.narthex.it.Rows;
import io.narthex.it.TenantCache;
import io.narthex.it.TestDatabase;
import io.narthex.it.WireClient;
import io.narthex.serve.EmbeddedDb;
import io.narthex.serve.LauncherProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The master key is changed, on servers that are started one after the other on one database. */
class ResealIT {
    /** How many are sealed under another master key than the last one is. */
    private static final String RESEALED =
            "select count(*) from signing_key where substr(sealed_secret, 2, 8) <> (select"
                    + " substr(sealed_secret, 2, 8) from signing_key order by id desc limit 1)";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private String published = "";
    private List<TenantCache> caches = List.of();

    /**
     * More keys than a page of the job has, the last of them held by somebody else until the server is dead. What clients trust
     * is the same all the time, and in the end the new master key alone opens it.
     */
    @Test
    void sealsTheKeysUnderTheNewMasterKeyAloneAndGoesOnWhereItWasKilled() throws Exception {
        Path changed = Files.writeString(
                directory.resolve("new-master-key"), "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n");
        Path first = directory.resolve("home/master-key");
        try (EmbeddedDb database = TestDatabase.in(directory.resolve("postgresql"))) {
            makeKeys(database);
            Rows rows = Rows.of(database.access());
            Map<String, String> both = settings(
                    database.access(),
                    Map.of(
                            "NARTHEX_MASTER_KEY_FILE",
                            changed.toString(),
                            "NARTHEX_OTHER_MASTER_KEY_FILE",
                            first.toString()));
            killInTheMiddle(rows, both);
            assertThat(rows.texts(RESEALED)).containsExactly("100");
            try (LauncherProcess again = start(both)) {
                assertThat(again.awaitBanner()).contains("in nix.conf");
                Await.until(
                        "run that succeeded",
                        () -> !rows.texts("select 1 from job_run where job = 'reseal-keys' and outcome = 'SUCCEEDED'")
                                .isEmpty());
                assertThat(wire(both).get("/public-key").text()).isEqualTo(published);
                runOnceMore(wire(both));
            }
            assertThat(rows.texts("select outcome || ' ' || seen from job_run where job = 'reseal-keys' order by id"))
                    .startsWith("INTERRUPTED 100", "SUCCEEDED 3");
            assertThat(rows.texts("select count(distinct substr(sealed_secret, 2, 8)) from signing_key"))
                    .containsExactly("1");
            assertThat(rows.texts("select count(*) from audit_event where action = 'master-key-changed'"))
                    .containsExactly("103");
            Map<String, String> alone =
                    settings(database.access(), Map.of("NARTHEX_MASTER_KEY_FILE", changed.toString()));
            try (LauncherProcess last = start(alone)) {
                assertThat(last.awaitBanner()).contains("in nix.conf");
                assertThat(wire(alone).get("/public-key").text()).isEqualTo(published);
                for (TenantCache cache : caches) {
                    // its keys are opened for that
                    assertThat(wire(alone)
                                    .get("/" + cache.tenant() + "/ci/public-key")
                                    .text()
                                    .lines())
                            .hasSize(51);
                }
            }
            assertThat(refusal(database, Map.of()))
                    .startsWith("narthex: the master key " + first + " does not open the signing key");
            assertThat(refusal(
                            database,
                            Map.of(
                                    "NARTHEX_MASTER_KEY_FILE",
                                    changed.toString(),
                                    "NARTHEX_OTHER_MASTER_KEY_FILE",
                                    directory.resolve("none").toString())))
                    .startsWith("narthex: there is no file " + directory.resolve("none"));
        }
    }

    private void killInTheMiddle(Rows rows, Map<String, String> settings) throws Exception {
        try (Connection holder = rows.connect();
                Statement hold = holder.createStatement()) {
            holder.setAutoCommit(false);
            hold.execute("select from signing_key where id = (select max(id) from signing_key) for update");
            try (LauncherProcess launcher = start(settings)) {
                assertThat(launcher.awaitBanner()).contains("in nix.conf");
                assertThat(wire(settings).get("/public-key").text()).isEqualTo(published);
                Await.until("hundred resealed keys", () -> rows.texts(RESEALED).equals(List.of("100")));
                launcher.wildFly().destroyForcibly();
                launcher.wildFly().onExit().join();
                launcher.awaitEnd();
            }
            holder.rollback();
        }
    }

    /** Two caches with 51 keys each; with that of the default cache more than a hundred. */
    private void makeKeys(EmbeddedDb database) throws Exception {
        Map<String, String> settings = settings(database.access(), Map.of());
        try (LauncherProcess launcher = start(settings)) {
            assertThat(launcher.awaitBanner()).contains("in nix.conf");
            published = wire(settings).get("/public-key").text();
            String url = "http://127.0.0.1:" + settings.get("NARTHEX_PORT");
            caches = List.of(
                    TenantCache.make(url, token(), "{\"visibility\":\"public\"}"),
                    TenantCache.make(url, token(), "{\"visibility\":\"public\"}"));
            for (TenantCache cache : caches) {
                for (int i = 0; i < 50; i++) {
                    cache.administer("POST", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/keys", "{}");
                }
            }
        }
    }

    private LauncherProcess start(Map<String, String> settings) throws IOException {
        return LauncherProcess.start(directory.resolve("home"), settings);
    }

    private static WireClient wire(Map<String, String> settings) {
        return new WireClient("http://127.0.0.1:" + settings.get("NARTHEX_PORT"));
    }

    private String token() throws IOException {
        return Files.readString(directory.resolve("home/admin-token")).strip();
    }

    /** Because an administrator asks for it. */
    private void runOnceMore(WireClient wire) throws Exception {
        String authorization = "Authorization: Bearer " + token();
        wire.send("POST", "/api/v1/jobs/reseal-keys/runs", authorization, "Content-Length: 0");
        JsonNode run;
        do {
            Thread.sleep(50);
            run = new ObjectMapper()
                    .readTree(wire.get("/api/v1/jobs/reseal-keys/runs", authorization)
                            .body())
                    .path("items")
                    .path(0);
        } while (run.path("outcome").asText().equals("RUNNING"));
        assertThat(run.path("outcome").asText()).isEqualTo("SUCCEEDED");
    }

    private String refusal(EmbeddedDb database, Map<String, String> more) throws Exception {
        try (LauncherProcess launcher = start(settings(database.access(), more))) {
            assertThat(launcher.awaitEnd()).isEqualTo(78);
            return launcher.output().lines().toList().getLast();
        }
    }

    private Map<String, String> settings(Database access, Map<String, String> more) throws IOException {
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_DB_URL", access.url().orElseThrow());
        settings.put("NARTHEX_DB_USER", access.user());
        settings.put("NARTHEX_DB_PASSWORD", access.password().reveal());
        settings.put("NARTHEX_DB_OWNER_USER", access.ownerUser().orElseThrow());
        settings.put("NARTHEX_DB_OWNER_PASSWORD", access.ownerPassword().reveal());
        settings.put("NARTHEX_NIX_STORE", directory.resolve("no-store").toString());
        settings.putAll(more);
        return settings;
    }
}
