package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** One key in several caches, and several keys of one name: what is a cache's own, and what is the server's. */
@ExtendWith(SharedServer.class)
class KeysOfSeveralCachesIT {
    private final ApiClient api = new ApiClient("");

    @SuppressWarnings("NullAway.Init") // set before each test
    private TenantCache cache;

    @SuppressWarnings("NullAway.Init") // set before each test
    private TenantCache stranger;

    /** Of three caches: two of one tenant, one of another. */
    private String ci = "";

    private String staging = "";
    private String theirs = "";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @BeforeEach
    void makeThreeCaches() throws Exception {
        cache = TenantCache.make("{\"visibility\":\"public\"}");
        stranger = TenantCache.make("{\"visibility\":\"public\"}");
        String caches = "/api/v1/tenants/" + cache.tenant() + "/caches/";
        cache.administer("PUT", caches + "staging", "{}");
        ci = caches + "ci/keys";
        staging = caches + "staging/keys";
        theirs = "/api/v1/tenants/" + stranger.tenant() + "/caches/ci/keys";
    }

    @Test
    void takeTheKeyThatTheMachinesOfAnOrganisationTrust() throws Exception {
        String secret = secret("corp-1");

        String first = bring(ci, secret, 201).path("publicKey").asText();
        assertThat(bring(staging, secret, 201).path("publicKey").asText()).isEqualTo(first);
        bring(staging, secret, 409);
        // another who has the secret is not told of the first
        assertThat(bring(theirs, secret, 201).path("publicKey").asText()).isEqualTo(first);

        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"shared\" \"" + cache.tenant() + "\"");
        cache.push(builder, path, "none");
        stranger.push(builder, path, "none");
        assertThat(by(secret, cache, path)).hasSize(1).isEqualTo(by(secret, stranger, path));
        NixStore client = NixStore.in(directory.resolve("client"));
        client.run(
                "nix", "copy", "--from", stranger.url(), "--option", "trusted-public-keys", first, NixStore.path(path));
    }

    @Test
    void sayNothingOfTheNamesThatOthersUse() throws Exception {
        bring(theirs, secret("corp-1"), 201);

        bring(ci, secret("corp-1"), 201);
        assertThat(detail(bring(ci, secret("corp-1"), 409))).contains("corp-1 is that of another key of the cache");
    }

    @Test
    void refuseNamesOfTheirOwnFormAlikeWhetherOrNotThereIsSuchACache() throws Exception {
        String made = get(theirs).path(0).path("name").asText();
        String name = made.substring(
                made.lastIndexOf(stranger.tenant()) + stranger.tenant().length());

        List<String> sentences = new ArrayList<>();
        for (String taken : List.of(
                made,
                made.replaceAll("1$", "2"),
                "nobodys.nothing" + name,
                get(ci).path(0).path("name").asText(),
                "ci." + cache.tenant() + name.replaceAll("1$", "77"),
                name.substring(1))) {
            sentences.add(detail(bring(ci, secret(taken), 409)));
        }
        assertThat(sentences).containsOnly(sentences.getFirst());
    }

    @Test
    void leaveTheNamesThatTheWorldTrustsToTheServersAdministrator() throws Exception {
        String body = "{\"secretKey\":\"" + secret("cache.nixos.org-1") + "\"}";
        String token = cache.newToken("\"administer\"");

        HttpResponse<String> refused = api.as(token, "POST", ci, body);

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
        assertThat(detail(ApiClient.json(refused))).contains("cache.nixos.org-1", "NARTHEX_RESERVED_KEY_NAMES");
        assertThat(api.as(token, "POST", ci, "{\"secretKey\":\"" + secret("corp-1") + "\"}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(api.asAdministrator("POST", ci, body).statusCode()).isEqualTo(201);
    }

    @Test
    void areRetiredByOneCacheAndSignOnInTheOthers() throws Exception {
        String secret = secret("corp-1");
        bring(ci, secret, 201);
        bring(staging, secret, 201);
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"retired\" \"" + cache.tenant() + "\"");
        builder.sign(path, secret);
        builder.sign(path, secret.replace("corp-1:", "alias-1:"));
        String namesake = secret("corp-1");
        builder.sign(path, namesake);
        cache.push(builder, path, "none");
        assertThat(by(secret, cache, path))
                .extracting(Signature::keyName)
                .containsExactlyInAnyOrder("corp-1", "alias-1");
        assertThat(by(namesake, cache, path)).hasSize(1);

        post(ci + "/rotations", "{\"publishAheadSeconds\":0,\"overlapSeconds\":0}", 201);

        assertThat(state(ci, "corp-1")).isEqualTo("RETIRED");
        assertThat(state(staging, "corp-1")).isEqualTo("ACTIVE");
        // who has signed is found by verifying
        assertThat(by(secret, cache, path)).isEmpty();
        assertThat(by(namesake, cache, path)).hasSize(1);
        bring(ci, secret, 409);
    }

    @Test
    void areRevokedInEveryCacheOfTheServerByWhoHasTheSecret() throws Exception {
        String secret = secret("corp-1");
        bring(ci, secret, 201);
        bring(staging, secret, 201);
        String elsewhere = secret.replace("corp-1:", "theirs-1:");
        bring(theirs, elsewhere, 201);
        // their other keys go, so that it is the last
        post(theirs + "/" + get(theirs).path(0).path("name").asText() + "/revocation", "{\"reason\":\"old\"}", 200);
        String token = cache.newToken("\"administer\"");

        assertThat(api.as(token, "POST", ci + "/corp-1/revocation", "{\"reason\":\"Bob lost it\"}")
                        .statusCode())
                .isEqualTo(200);

        assertThat(state(ci, "corp-1")).isEqualTo("REVOKED");
        assertThat(get(staging + "/corp-1").path("revocationReason").asText()).isEqualTo("Bob lost it");
        assertThat(get(theirs + "/theirs-1").path("revocationReason").asText())
                .isEqualTo("somebody else who has its secret uses it on this server, and has revoked it");
        assertThat(get(theirs))
                .extracting(key -> key.path("state").asText())
                .containsExactly("REVOKED", "REVOKED", "ACTIVE");
        assertThat(actors("theirs-1").getLast()).isEqualTo("key-revoked server - - -");
        assertThat(actors(get(theirs).path(2).path("name").asText())).containsExactly("key-created server - - -");
        // nor does it come back, in any cache
        bring(theirs, secret.replace("corp-1:", "again-1:"), 409);
        bring(cacheOf(cache, "later"), secret, 409);
    }

    @Test
    void comeAgainWithACacheThatHasTheNameOfADeletedOne() throws Exception {
        String secret = secret("corp-1");
        bring(ci, secret, 201);
        cache.administer("DELETE", ci.substring(0, ci.lastIndexOf('/')), "");

        cacheOf(cache, "ci");

        assertThat(bring(ci, secret, 201).path("state").asText()).isEqualTo("ACTIVE");
    }

    private static String cacheOf(TenantCache owner, String name) throws Exception {
        String path = "/api/v1/tenants/" + owner.tenant() + "/caches/" + name;
        owner.administer("PUT", path, "{}");
        return path + "/keys";
    }

    private JsonNode bring(String keys, String secret, int status) throws Exception {
        return post(keys, "{\"secretKey\":\"" + secret + "\"}", status);
    }

    private JsonNode post(String path, String body, int status) throws Exception {
        HttpResponse<String> answer = api.asAdministrator("POST", path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return ApiClient.json(answer);
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> answer = api.asAdministrator("GET", path);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return ApiClient.json(answer);
    }

    private String state(String keys, String name) throws Exception {
        return get(keys + "/" + name).path("state").asText();
    }

    private static String detail(JsonNode problem) {
        return problem.path("detail").asText();
    }

    /** What of a path's narinfo a key has signed, under whatever name. */
    private static List<Signature> by(String secret, TenantCache cache, StorePath path) throws Exception {
        NarInfo info = NarInfoReader.read(cache.get(path.hash() + ".narinfo").body());
        try (SecretKey key = SecretKey.parse(secret)) {
            return info.signatures().stream()
                    .filter(signature -> key.publicKey().made(Fingerprint.of(info), signature))
                    .toList();
        }
    }

    private static String secret(String name) {
        try (SecretKey key = SecretKey.generate(name, new SecureRandom())) {
            return key.toText();
        }
    }

    /** What the record has of a key of the stranger's: action and who did it. */
    private List<String> actors(String key) throws Exception {
        return Rows.ofServer()
                .texts(
                        "select concat_ws(' ', action, actor, coalesce(token_id, '-'), coalesce(host(address), '-'),"
                                + " coalesce(request_id, '-')) from audit_event where key_name = ? and tenant = ?"
                                + " order by id",
                        key,
                        stranger.tenant());
    }
}
