package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The keys of a cache through the API. */
@ExtendWith(SharedServer.class)
class KeysIT {
    private final ApiClient api = new ApiClient("");

    @SuppressWarnings("NullAway.Init") // set before each test
    private TenantCache cache;

    private String keys = "";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @BeforeEach
    void makeACache() throws Exception {
        cache = TenantCache.make("{\"visibility\":\"public\"}");
        keys = "/api/v1/tenants/" + cache.tenant() + "/caches/ci/keys";
    }

    @Test
    void areMadeActiveAndNumbered() throws Exception {
        HttpResponse<String> made = api.asAdministrator("POST", keys, "{}");

        assertThat(made.statusCode()).isEqualTo(201);
        JsonNode second = ApiClient.json(made);
        assertThat(second.path("name").asText())
                .startsWith("ci." + cache.tenant() + ".")
                .endsWith("-2");
        assertThat(second.path("state").asText()).isEqualTo("ACTIVE");
        assertThat(get(made.headers().firstValue("Location").orElseThrow())).isEqualTo(second);
        assertThat(get(keys)).hasSize(2);
        assertThat(cache.keys().split(" ", -1))
                .hasSize(2)
                .contains(second.path("publicKey").asText());
        assertThat(get(keys.substring(0, keys.lastIndexOf('/'))).path("publicKeys"))
                .hasSize(2);
    }

    @Test
    void comeFromElsewhereAndGoThere() throws Exception {
        String secret = secret("moved-" + cache.tenant());
        JsonNode brought = post(keys, "{\"secretKey\":\"" + secret + "\"}", 201);

        assertThat(brought.path("imported").asBoolean()).isTrue();
        String name = brought.path("name").asText();
        HttpResponse<String> exported = api.asAdministrator("POST", keys + "/" + name + "/export");
        assertThat(ApiClient.json(exported).path("secretKey").asText()).isEqualTo(secret);
        assertThat(exported.headers().firstValue("Cache-Control")).contains("no-store");
        String administer = cache.newToken("\"administer\"");
        assertThat(api.as(administer, "POST", keys + "/" + name + "/export", "").statusCode())
                .isEqualTo(403);
        assertThat(actions(name)).containsExactly("key-imported", "key-exported");
    }

    @Test
    void areRefusedUnderANameThatIsTaken() throws Exception {
        String name = "taken-" + cache.tenant();
        post(keys, "{\"secretKey\":\"" + secret(name) + "\"}", 201);

        post(keys, "{\"secretKey\":\"" + secret(name) + "\"}", 409);
        String ours = get(keys).path(0).path("name").asText();
        post(keys, "{\"secretKey\":\"" + secret(ours) + "\"}", 409);
        String anothersNext = ours.replace("ci.", "other.").replaceAll("-1$", "-77");
        post(keys, "{\"secretKey\":\"" + secret(anothersNext) + "\"}", 409);
        post(keys, "{\"secretKey\":\"nonsense\"}", 400);
        // what stands in the place of a key in URLs could not be revoked
        post(keys, "{\"secretKey\":\"" + secret("policy") + "\"}", 400);
        post(keys, "{\"secretKey\":\"" + secret("rotations") + "\"}", 400);
        post(keys, "{\"secretKey\":\"a/b" + secret("c").substring(1) + "\"}", 400);
    }

    @Test
    void areNotRevivedByBeingImportedAgain() throws Exception {
        String secret = secret("dead-" + cache.tenant());
        String name = post(keys, "{\"secretKey\":\"" + secret + "\"}", 201)
                .path("name")
                .asText();
        post(keys + "/" + name + "/revocation", "{\"reason\":\"leaked\"}", 200);

        post(keys, "{\"secretKey\":\"" + secret + "\"}", 409);
        assertThat(get(keys + "/" + name).path("state").asText()).isEqualTo("REVOKED");
        post(keys + "/" + name + "/export", "{}", 409);
    }

    @Test
    void rotateWithinSecondsWhereThatIsAsked() throws Exception {
        JsonNode shown = post(keys + "/rotations", "{\"publishAheadSeconds\":3600}", 201);
        assertThat(shown.path("state").asText()).isEqualTo("PENDING");
        String older = get(keys).path(0).path("name").asText();

        JsonNode hastened = post(keys + "/rotations", "{\"publishAheadSeconds\":0,\"overlapSeconds\":2}", 200);

        assertThat(hastened.path("name")).isEqualTo(shown.path("name"));
        assertThat(states()).containsExactly("RETIRING", "ACTIVE");
        Instant end = Instant.now().plusSeconds(60);
        while (!states().contains("RETIRED") && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        assertThat(states()).containsExactly("RETIRED", "ACTIVE");
        assertThat(one("select sealed_secret is null from signing_key where name = ?", older))
                .isEqualTo("t");
        assertThat(actions(older)).containsExactly("key-created", "key-retiring", "key-retired");
        assertThat(actions(shown.path("name").asText()))
                .containsExactly("key-created", "key-rotation-started", "key-rotation-started", "key-activated");
    }

    @Test
    void leaveNoAnswerWhenTheyAreRevokedAndAnotherInTheirPlace() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"revoked\" \"" + cache.tenant() + "\"");
        cache.push(builder, path, "none");
        String first = get(keys).path(0).path("name").asText();
        assertThat(narInfo(path)).contains("\nSig: " + first + ":");

        post(keys + "/" + first + "/revocation", "{\"reason\":\"leaked\"}", 200);

        assertThat(states()).containsExactly("REVOKED", "ACTIVE");
        String second = get(keys).path(1).path("name").asText();
        assertThat(narInfo(path)).contains("\nSig: " + second + ":").doesNotContain(first);
        assertThat(cache.keys()).doesNotContain(first);
        // pushed again with the signature that it had, it does not come back with it
        builder.run("nix", "copy", "--to", cache.urlWithToken(), NixStore.path(path));
        assertThat(narInfo(path)).doesNotContain(first);
        JsonNode detail = get("/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/" + path.hash());
        assertThat(detail.path("signatures")).hasSize(1);
        assertThat(detail.path("signatures").path(0).path("key").asText()).isEqualTo(second);
        assertThat(detail.path("signatures").path(0).path("claim").asText()).isEqualTo("received");
        post(keys + "/" + second + "/revocation", "{}", 400);
        post(keys + "/nobodys-1/revocation", "{\"reason\":\"x\"}", 404);
    }

    @Test
    void leaveTheAnswersOfOtherCachesTooWhenTheyAreRevoked() throws Exception {
        String leaked = "leaked-" + cache.tenant();
        String namesake = "namesake-" + cache.tenant();
        String secret = secret(leaked);
        post(keys, "{\"secretKey\":\"" + secret + "\"}", 201);
        // anybody may take a name that others trust, and revoke that key of his
        post(keys, "{\"secretKey\":\"" + secret(namesake) + "\"}", 201);
        TenantCache other = TenantCache.make("{\"visibility\":\"public\"}");
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"foreign\" \"" + cache.tenant() + "\"");
        builder.sign(path, secret);
        builder.sign(path, secret(namesake));
        other.push(builder, path, "none");
        String detail = "/api/v1/tenants/" + other.tenant() + "/caches/ci/paths/" + path.hash();
        assertThat(narInfo(other, path)).contains("\nSig: " + leaked + ":", "\nSig: " + namesake + ":");
        assertThat(get(detail).path("foreignSignatures")).hasSize(2);

        post(keys + "/" + leaked + "/revocation", "{\"reason\":\"leaked\"}", 200);
        post(keys + "/" + namesake + "/revocation", "{\"reason\":\"mischief\"}", 200);

        assertThat(narInfo(other, path)).doesNotContain(leaked).contains("\nSig: " + namesake + ":");
        assertThat(get(detail).path("foreignSignatures")).hasSize(1);
        // whoever has it may sign with it, and push that: nobody gets to see it
        Path key = Files.writeString(directory.resolve("leaked"), secret);
        builder.run("nix", "store", "sign", "--store", other.urlWithToken(), "-k", key.toString(), NixStore.path(path));
        assertThat(narInfo(other, path)).doesNotContain(leaked);
    }

    @Test
    void loseTheirSecretsWithTheirCacheAndTheirTenant() throws Exception {
        String shown = post(keys + "/rotations", "{}", 201).path("name").asText();
        String first = get(keys).path(0).path("name").asText();

        cache.administer("DELETE", keys.substring(0, keys.lastIndexOf('/')), "");

        assertThat(all("select state || ' ' || (sealed_secret is null) from signing_key where name = ?", first))
                .containsExactly("RETIRED true");
        assertThat(all("select state || ' ' || (sealed_secret is null) from signing_key where name = ?", shown))
                .containsExactly("REVOKED true");
        assertThat(actions(first)).containsExactly("key-created", "key-retired");
        TenantCache another = TenantCache.make("{}");
        String theirs = another.keys().substring(0, another.keys().indexOf(':'));

        another.administer("DELETE", "/api/v1/tenants/" + another.tenant(), "");

        assertThat(all("select state || ' ' || (sealed_secret is null) from signing_key where name = ?", theirs))
                .containsExactly("RETIRED true");
        assertThat(actions(theirs)).containsExactly("key-created", "key-retired");
    }

    @Test
    void areAPlainAnswerWhereOneDoesNotOpen() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"sealed\" \"" + cache.tenant() + "\"");
        cache.push(builder, path, "none");
        String first = get(keys).path(0).path("name").asText();
        assertThat(Rows.ofServer()
                        .change(
                                "update signing_key set sealed_secret = set_byte(sealed_secret, 40,"
                                        + " 255 - get_byte(sealed_secret, 40)) where name = ?",
                                first))
                .isEqualTo(1);
        // the ring is read again
        String second = post(keys, "{}", 201).path("name").asText();

        HttpResponse<byte[]> refused = cache.get(path.hash() + ".narinfo");
        HttpResponse<String> export = api.asAdministrator("POST", keys + "/" + first + "/export");

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(new String(refused.body(), StandardCharsets.UTF_8))
                .contains("The signing key " + first + " does not open under the server's master key");
        assertThat(export.statusCode()).isEqualTo(503);
        assertThat(ApiClient.json(export).path("type").asText()).isEqualTo("urn:narthex:problem:unavailable");
        // the way out
        post(keys + "/" + first + "/revocation", "{\"reason\":\"does not open\"}", 200);
        assertThat(narInfo(path)).contains("\nSig: " + second + ":");
    }

    @Test
    void areAtMostSoMany() throws Exception {
        for (int made = 1; made < 64; made++) {
            post(keys, "{}", 201);
        }

        post(keys, "{}", 409);
        post(keys + "/rotations", "{}", 409);
        post(keys, "{\"secretKey\":\"" + secret("many-" + cache.tenant()) + "\"}", 409);
    }

    @Test
    void takeTheOneThatIsShownWhenTheLastIsRevoked() throws Exception {
        String shown = post(keys + "/rotations", "{}", 201).path("name").asText();
        String first = get(keys).path(0).path("name").asText();

        post(keys + "/" + first + "/revocation", "{\"reason\":\"leaked\"}", 200);

        assertThat(states()).containsExactly("REVOKED", "ACTIVE");
        assertThat(get(keys).path(1).path("name").asText()).isEqualTo(shown);
    }

    @Test
    void neverHaveTheNameOfADeletedCachesKey() throws Exception {
        String first = get(keys).path(0).path("publicKey").asText();
        cache.administer("DELETE", keys.substring(0, keys.lastIndexOf('/')), "");
        cache.administer("PUT", keys.substring(0, keys.lastIndexOf('/')), "{}");

        assertThat(get(keys)).hasSize(1);
        assertThat(get(keys).path(0).path("name").asText()).endsWith("-2");
        assertThat(get(keys).path(0).path("publicKey").asText()).isNotEqualTo(first);
    }

    @Test
    void goByAPolicyThatIsKept() throws Exception {
        HttpResponse<String> initial = api.asAdministrator("GET", keys + "/policy");
        Instant made = Instant.parse(get(keys).path(0).path("activeAt").asText());
        assertThat(initial.body())
                .isEqualTo("{\"rotateEveryDays\":365,\"publishAheadDays\":7,\"overlapDays\":40,\"nextAt\":\""
                        + made.plus(Duration.ofDays(365)) + "\"}");
        String tag = initial.headers().firstValue("ETag").orElseThrow();

        String body = "{\"rotateEveryDays\":null,\"overlapDays\":60}";
        assertThat(put(body, tag)).isEqualTo(200);
        assertThat(put(body, tag)).isEqualTo(412);

        assertThat(get(keys + "/policy").toString())
                .isEqualTo("{\"rotateEveryDays\":null,\"publishAheadDays\":7,\"overlapDays\":60,\"nextAt\":null}");
        JsonNode shown = post(keys + "/rotations", "{}", 201);
        assertThat(get(keys + "/policy").path("nextAt")).isEqualTo(shown.path("nextAt"));
    }

    private int put(String body, String tag) throws Exception {
        return api.send(
                        "PUT",
                        keys + "/policy",
                        BodyPublishers.ofString(body),
                        "Authorization",
                        "Bearer " + ApiClient.token(),
                        "Content-Type",
                        "application/json",
                        "If-Match",
                        tag)
                .statusCode();
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> answer = api.asAdministrator("GET", path);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return ApiClient.json(answer);
    }

    private JsonNode post(String path, String body, int status) throws Exception {
        HttpResponse<String> answer = api.asAdministrator("POST", path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return ApiClient.json(answer);
    }

    private List<String> states() throws Exception {
        List<String> states = new ArrayList<>();
        get(keys).forEach(key -> states.add(key.path("state").asText()));
        return states;
    }

    private String narInfo(StorePath path) throws Exception {
        return narInfo(cache, path);
    }

    private static String narInfo(TenantCache cache, StorePath path) throws Exception {
        return new String(cache.get(path.hash() + ".narinfo").body(), StandardCharsets.US_ASCII);
    }

    private static String secret(String name) {
        try (SecretKey key = SecretKey.generate(name, new SecureRandom())) {
            return key.toText();
        }
    }

    private static List<String> actions(String key) throws Exception {
        return all("select action from audit_event where key_name = ? order by id", key);
    }

    private static String one(String sql, String key) throws Exception {
        return all(sql, key).getFirst();
    }

    private static List<String> all(String sql, String key) throws Exception {
        try (Connection connection = DriverManager.getConnection(
                        System.getProperty("it.db.url"),
                        System.getProperty("it.db.user"),
                        System.getProperty("it.db.password"));
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, key);
            List<String> values = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    values.add(row.getString(1));
                }
            }
            return values;
        }
    }
}
