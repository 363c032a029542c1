package io.narthex.index.signing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.configuration.Database;
import io.narthex.it.Await;
import io.narthex.it.TenantCache;
import io.narthex.it.TestDatabase;
import io.narthex.it.WireClient;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.store.StorePathHash;
import io.narthex.serve.EmbeddedDb;
import io.narthex.serve.LauncherProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new key signs what was pushed long ago, on a server that is killed in the middle of it. */
class KilledSigningIT {
    private static final int ROWS = 60_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void goesOnWhereItWas() throws Exception {
        try (EmbeddedDb database = TestDatabase.in(directory.resolve("postgresql"))) {
            Map<String, String> settings = settings(database.access());
            WireClient wire = new WireClient("http://127.0.0.1:" + settings.get("NARTHEX_PORT"));
            TenantCache cache;
            long seen;
            long signed;
            try (LauncherProcess launcher = LauncherProcess.start(directory.resolve("home"), settings)) {
                assertThat(launcher.awaitBanner()).contains("in nix.conf");
                cache = TenantCache.make(wire.url(), token(), "{}");
                assertThat(cache.keys()).isNotEmpty();
                execute(database.access(), rows(cache));
                try (SecretKey secret = SecretKey.generate("from-elsewhere-1", new SecureRandom())) {
                    cache.administer(
                            "POST",
                            "/api/v1/tenants/" + cache.tenant() + "/caches/ci/keys",
                            "{\"secretKey\":\"" + secret.toText() + "\"}");
                }
                start(wire);
                Await.until(
                        "run that has seen some",
                        () -> runs(wire).path(0).path("seen").asLong() > 0);
                // the database outlives it
                ProcessHandle server = ProcessHandle.of(
                                Long.parseLong(Files.readString(directory.resolve("home/wildfly.pid"))
                                        .split("\\s", 2)[0]))
                        .orElseThrow();
                server.destroyForcibly();
                server.onExit().join();
                launcher.awaitEnd();
                signed = count(database.access(), "select count(*) from upload_signature");
                assertThat(signed).isPositive().isLessThan(2L * ROWS);
                seen = count(database.access(), "select sum(seen) from job_run where job = 'sign-uploads'");
            }
            try (LauncherProcess again = LauncherProcess.start(directory.resolve("home"), settings)) {
                assertThat(again.awaitBanner()).contains("in nix.conf");

                NarInfo read = read(cache, database.access());

                List<PublicKey> keys = Arrays.stream(cache.keys().split(" "))
                        .map(PublicKey::parse)
                        .toList();
                assertThat(keys).hasSize(2);
                assertThat(read.signatures())
                        .hasSize(2)
                        .allMatch(signature ->
                                keys.stream().anyMatch(key -> key.verify(Fingerprint.of(read), signature)));
                Await.until(
                        "signatures of all",
                        () -> count(database.access(), "select count(*) from upload_signature") >= 2L * ROWS);
                awaitSuccess(wire);
                assertThat(runs(wire).findValuesAsText("outcome"))
                        .contains("INTERRUPTED")
                        .doesNotContain("FAILED");
                JsonNode next = firstSuccess(wire);
                assertThat(next.path("seen").asLong()).isEqualTo(ROWS - seen);
                assertThat(next.path("added").asLong()).isBetween(2L * ROWS - signed - 2, 2L * ROWS - signed);
                JsonNode progress = JSON.readTree(
                                cache.administer("GET", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/keys", ""))
                        .path(1)
                        .path("signing");
                assertThat(progress.path("done").asLong()).isEqualTo(ROWS);
                assertThat(progress.path("total").asLong()).isEqualTo(ROWS);
            }
        }
    }

    private static String rows(TenantCache cache) {
        return """
            with b as (insert into blob (storage_key, compression, file_hash, file_size, nar_hash, nar_size, listing)
                       values ('made-up', 'none', sha256('x'), 112, sha256('x'), 112, '') returning id)
            insert into uploaded_path (cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, foreign_sigs)
            select c.id, substr(sha256(int4send(i)), 1, 20), 'made-up', b.id, 'x.nar', sha256('x'), 112, '{}', '{}'
            from b, cache c join tenant t on t.id = c.tenant_id, generate_series(1, %d) i where t.name = '%s'
            """.formatted(ROWS, cache.tenant());
    }

    private static NarInfo read(TenantCache cache, Database access) throws Exception {
        try (Connection connection = connect(access);
                Statement s = connection.createStatement();
                ResultSet r = s.executeQuery("select hash from uploaded_path order by id desc limit 1")) {
            r.next();
            String hash = StorePathHash.of(r.getBytes(1)).toString();
            return NarInfoReader.read(cache.get(hash + ".narinfo").body());
        }
    }

    private void awaitSuccess(WireClient wire) throws Exception {
        Await.until(
                "run that succeeded",
                () -> runs(wire).findValuesAsText("outcome").contains("SUCCEEDED"));
    }

    /** The oldest run that came to its end behind the one that was interrupted. */
    private JsonNode firstSuccess(WireClient wire) throws Exception {
        JsonNode after = null;
        for (JsonNode run : runs(wire)) {
            if (run.path("outcome").asText().equals("INTERRUPTED")) {
                break;
            }
            after = run;
        }
        assertThat(after).isNotNull();
        return Objects.requireNonNull(after);
    }

    private Map<String, String> settings(Database access) throws IOException {
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_DB_URL", access.url().orElseThrow());
        settings.put("NARTHEX_DB_USER", access.user());
        settings.put("NARTHEX_DB_PASSWORD", access.password().reveal());
        settings.put("NARTHEX_DB_OWNER_USER", access.ownerUser().orElseThrow());
        settings.put("NARTHEX_DB_OWNER_PASSWORD", access.ownerPassword().reveal());
        settings.put("NARTHEX_NIX_STORE", directory.resolve("no-store").toString());
        return settings;
    }

    private String token() throws IOException {
        return Files.readString(directory.resolve("home/admin-token")).strip();
    }

    private void start(WireClient wire) throws IOException {
        wire.send("POST", "/api/v1/jobs/sign-uploads/runs", "Authorization: Bearer " + token(), "Content-Length: 0");
    }

    private JsonNode runs(WireClient wire) throws IOException {
        return JSON.readTree(wire.get("/api/v1/jobs/sign-uploads/runs", "Authorization: Bearer " + token())
                        .body())
                .path("items");
    }

    private static Connection connect(Database access) throws SQLException {
        return DriverManager.getConnection(
                access.url().orElseThrow(), access.user(), access.password().reveal());
    }

    private static void execute(Database access, String sql) throws SQLException {
        try (Connection connection = connect(access);
                Statement s = connection.createStatement()) {
            s.execute(sql);
        }
    }

    private static long count(Database access, String sql) throws SQLException {
        try (Connection connection = connect(access);
                Statement s = connection.createStatement();
                ResultSet r = s.executeQuery(sql)) {
            r.next();
            return r.getLong(1);
        }
    }
}
