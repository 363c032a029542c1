package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.OwnServer;
import io.narthex.it.Rows;
import io.narthex.it.TenantCache;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that is older than the stored files removes nothing and opens nothing that was revoked. */
class RestoreIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void removesNothingUntilItIsAcceptedAndOpensNothingThatWasRevoked() throws Exception {
        Random random = new Random();
        try (OwnServer server = OwnServer.start(directory, Map.of())) {
            TenantCache cache = server.cache("{}");
            HandPush before = push(HandPush.small(random), cache);
            HandPush denied = push(HandPush.small(random), cache);
            JsonNode lost = newToken(server, cache);
            String key = cache.keys();
            server.kill();
            backUp(server);
            server.start();

            HandPush after = push(HandPush.small(random), cache);
            String tenant = "/api/v1/tenants/" + cache.tenant();
            send(server, "DELETE", tenant + "/tokens/" + lost.path("id").asText(), "");
            String keyName = key.substring(0, key.indexOf(':'));
            send(server, "POST", tenant + "/caches/ci/keys/" + keyName + "/revocation", "{\"reason\":\"it was lost\"}");
            send(server, "PUT", tenant + "/legal-holds/case-17", "{\"cache\":\"ci\"}");
            send(
                    server,
                    "PUT",
                    tenant + "/caches/ci/denied/leaked",
                    "{\"hash\":\"" + denied.path().hash() + "\",\"reason\":\"it holds a secret\"}");
            TenantCache later = server.cache("{}");
            send(
                    server,
                    "PUT",
                    "/api/v1/tenants/" + later.tenant() + "/caches/ci/denied/all",
                    "{\"pattern\":\"*\",\"reason\":\"closed\"}");
            server.jobs().run("mark-store");
            server.kill();
            long files = files(server);
            restore(server);
            server.start();

            JsonNode differences = JSON.readTree(
                    send(server, "GET", "/api/v1/restore/differences", "").body());
            assertThat(differences.path("restored").asBoolean()).isTrue();
            assertThat(differences.path("holds").toString()).contains(cache.tenant() + "/case-17");
            assertThat(differences.path("tokens")).isEmpty();
            assertThat(differences.path("denials").toString()).isEqualTo("[\"" + later.tenant() + "/ci/all\"]");
            assertThat(cache.get(denied.narInfoUrl()).statusCode()).isEqualTo(404);
            assertThat(cache.get(denied.url()).statusCode()).isEqualTo(404);
            assertThat(cache.send(
                                    "GET",
                                    "nix-cache-info",
                                    new byte[0],
                                    lost.path("token").asText())
                            .statusCode())
                    .isEqualTo(401);
            assertThat(cache.keys()).doesNotContain(keyName + ":");
            assertThat(cache.get(before.url()).statusCode()).isEqualTo(200);
            for (String job : new String[] {"sweep", "purge", "reconcile", "retain", "rotate-keys"}) {
                HttpResponse<String> refused = send(server, "POST", "/api/v1/jobs/" + job + "/runs", "");
                assertThat(refused.statusCode()).as(job).isEqualTo(409);
                assertThat(refused.body()).contains("/api/v1/restore/differences");
            }
            assertThat(files(server)).isEqualTo(files);

            assertThat(send(server, "POST", "/api/v1/restore/acceptances", "{\"reason\":\"tried\"}")
                            .statusCode())
                    .isEqualTo(201);
            assertThat(send(server, "POST", "/api/v1/restore/acceptances", "{}").statusCode())
                    .isEqualTo(409);
            server.jobs().run("sweep");
            assertThat(server.rows().texts("select action from audit_event where action like 'restore-%' order by id"))
                    .containsExactly("restore-noticed", "restore-accepted");
            // what the older database does not know is pushed again
            push(after, cache);
        }
    }

    private static HandPush push(HandPush push, TenantCache cache) throws Exception {
        assertThat(push.putNar(cache)).isEqualTo(201);
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        return push;
    }

    private static JsonNode newToken(OwnServer server, TenantCache cache) throws Exception {
        return JSON.readTree(
                send(server, "POST", "/api/v1/tenants/" + cache.tenant() + "/tokens", "{\"scopes\":[\"pull\"]}")
                        .body());
    }

    private static HttpResponse<String> send(OwnServer server, String method, String path, String body)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + server.token())
                .header("Content-Type", "application/json")
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Apart from the mark. */
    private static long files(OwnServer server) throws Exception {
        try (Stream<Path> all = Files.walk(server.home().resolve("blobs"), 3)) {
            return all.filter(path -> Files.isRegularFile(path)
                            && !path.getFileName().toString().startsWith("narthex-mark"))
                    .count();
        }
    }

    private static String database(OwnServer server) {
        return URI.create(server.superuserUri()).getPath().substring(1);
    }

    /** Not of the database itself, which must have nobody on it to be copied. */
    private static void administer(OwnServer server, String... statements) throws Exception {
        URI login = URI.create(server.superuserUri());
        Rows rows = Rows.by(new URI(
                login.getScheme(), login.getUserInfo(), login.getHost(), login.getPort(), "/template1", null, null));
        for (String statement : statements) {
            rows.change(statement);
        }
    }

    private static void backUp(OwnServer server) throws Exception {
        administer(server, "create database backup template " + database(server) + " owner narthex_owner");
    }

    private static void restore(OwnServer server) throws Exception {
        administer(server, "drop database " + database(server), "alter database backup rename to " + database(server));
    }
}
