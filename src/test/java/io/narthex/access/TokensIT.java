package io.narthex.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.SharedServer;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens over HTTP: making, listing, using and revoking them. */
@ExtendWith(SharedServer.class)
class TokensIT {
    private static final String WHOAMI = "/api/v1/whoami";
    private static final String SERVER_TOKENS = "/api/v1/tokens";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final ApiClient client = new ApiClient("");
    private final String name = "tok-" + NUMBER.incrementAndGet();
    private final String tenant = "/api/v1/tenants/" + name;
    private final String tokens = tenant + "/tokens";

    @BeforeEach
    void tenant() throws Exception {
        client.asAdministrator("PUT", tenant, "");
        client.asAdministrator("PUT", tenant + "/caches/ci", "{}");
        client.asAdministrator("PUT", tenant + "/caches/release-1", "{}");
    }

    @Test
    void showsATokenOnceInTheFormThatScannersFind() throws Exception {
        HttpResponse<String> answer = client.asAdministrator(
                "POST", tokens, "{\"note\":\"of ci\",\"scopes\":[\"push\"],\"caches\":[\"ci\"]}");
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        JsonNode made = ApiClient.json(answer);
        String id = made.path("id").asText();
        assertThat(made.path("token").asText()).matches("narthex_" + id + "_[A-Za-z0-9_-]{43}");
        assertThat(id).matches("[a-z0-9]{16}");
        assertThat(made.path("note").asText()).isEqualTo("of ci");
        assertThat(made.path("tenant").asText()).isEqualTo(name);
        assertThat(made.path("scopes").toString()).isEqualTo("[\"push\"]");
        assertThat(made.path("caches").toString()).isEqualTo("[\"ci\"]");
        assertThat(Duration.between(Instant.now(), instant(made, "expiresAt")))
                .isBetween(Duration.ofDays(90).minusMinutes(1), Duration.ofDays(90));

        HttpResponse<String> list = client.asAdministrator("GET", tokens);
        assertThat(list.body())
                .contains(id)
                .doesNotContain(made.path("token").asText().substring(30));
        JsonNode listed = ApiClient.json(list).path("items").path(0);
        assertThat(listed.has("token")).isFalse();
        assertThat(listed.path("lastUsedAt").isNull()).isTrue();
        assertThat(listed.path("revokedAt").isNull()).isTrue();
        String one = answer.headers().firstValue("Location").orElseThrow();
        assertThat(ApiClient.json(client.asAdministrator("GET", one))).isEqualTo(listed);
    }

    @Test
    void opensWhatItsScopesAndPatternsSay() throws Exception {
        String token = make("{\"scopes\":[\"pull\"],\"caches\":[\"release-*\"]}");
        assertThat(client.as(token, "GET", "/" + name + "/release-1/nix-cache-info", "")
                        .statusCode())
                .isEqualTo(200);
        assertThat(client.as(token, "GET", "/" + name + "/ci/nix-cache-info", "")
                        .statusCode())
                .isEqualTo(404);
        JsonNode who = ApiClient.json(client.as(token, "GET", WHOAMI, ""));
        assertThat(who.path("authenticated").asBoolean()).isTrue();
        assertThat(who.path("administrator").asBoolean()).isFalse();
        assertThat(who.path("tenant").asText()).isEqualTo(name);
        assertThat(who.path("caches").toString())
                .contains("{\"cache\":\"" + name + "/release-1\",\"may\":[\"pull\"]}")
                .doesNotContain(name + "/ci");
        assertThat(names(client.as(token, "GET", tenant + "/caches", ""))).containsExactly("release-1");
    }

    @Test
    void isForTheCacheThatHadItsNameAndForNoLaterOne() throws Exception {
        String cache = tenant + "/caches/short-lived";
        String url = "/" + name + "/short-lived/nix-cache-info";
        String body = "{\"scopes\":[\"pull\",\"administer\"],\"caches\":[\"short-lived\"]}";
        HttpResponse<String> early = client.asAdministrator("POST", tokens, body);
        assertThat(early.statusCode()).isEqualTo(409);
        assertThat(detail(early)).contains("There is no cache " + name + "/short-lived");
        client.asAdministrator("PUT", cache, "{}");
        String token = make(body);
        String ofServer = ApiClient.json(client.asAdministrator(
                        "POST", SERVER_TOKENS, "{\"scopes\":[\"pull\"],\"caches\":[\"" + name + "/short-lived\"]}"))
                .path("token")
                .asText();
        String byPattern = make("{\"scopes\":[\"pull\"],\"caches\":[\"short-*\"]}");
        for (String one : List.of(token, ofServer, byPattern)) {
            assertThat(client.as(one, "GET", url, "").statusCode()).isEqualTo(200);
        }

        client.asAdministrator("DELETE", cache);

        assertThat(client.as(token, "PUT", cache, "{}").statusCode()).isEqualTo(404);
        client.asAdministrator("PUT", cache, "{}");
        for (String one : List.of(token, ofServer)) {
            assertThat(client.as(one, "GET", url, "").statusCode()).isEqualTo(404);
        }
        assertThat(client.as(token, "GET", cache, "").statusCode()).isEqualTo(404);
        assertThat(client.as(token, "POST", tokens, "{\"scopes\":[\"pull\"],\"caches\":[\"short-lived\"]}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(client.as(byPattern, "GET", url, "").statusCode()).isEqualTo(200);
        assertThat(client.asAdministrator("POST", SERVER_TOKENS, "{\"scopes\":[\"pull\"],\"caches\":[\"no-such/ci\"]}")
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void isDeadAtOnceWhenRevoked() throws Exception {
        for (int i = 0; i < 5; i++) {
            JsonNode made = ApiClient.json(client.asAdministrator("POST", tokens, "{\"scopes\":[\"pull\"]}"));
            String token = made.path("token").asText();
            String url = "/" + name + "/ci/nix-cache-info";
            assertThat(client.as(token, "GET", url, "").statusCode()).isEqualTo(200);
            String one = tokens + "/" + made.path("id").asText();
            assertThat(client.asAdministrator("DELETE", one).statusCode()).isEqualTo(204);
            assertThat(client.as(token, "GET", url, "").statusCode()).isEqualTo(401);
            assertThat(client.as(token, "GET", "/nix-cache-info", "").statusCode())
                    .isEqualTo(401);
            assertThat(detail(client.as(token, "GET", WHOAMI, ""))).contains("revoked");
            assertThat(ApiClient.json(client.asAdministrator("GET", one))
                            .path("revokedAt")
                            .isNull())
                    .isFalse();
            assertThat(client.asAdministrator("DELETE", one).statusCode()).isEqualTo(204);
        }
    }

    @Test
    void diesWithItsTenant() throws Exception {
        String token = make("{\"scopes\":[\"administer\"]}");
        assertThat(client.as(token, "GET", tenant, "").statusCode()).isEqualTo(200);
        client.asAdministrator("DELETE", tenant);
        assertThat(client.as(token, "GET", tenant, "").statusCode()).isEqualTo(401);
        client.asAdministrator("PUT", tenant, "");
        assertThat(client.as(token, "GET", tenant, "").statusCode()).isEqualTo(401);
        assertThat(ApiClient.json(client.asAdministrator("GET", tokens))
                        .path("items")
                        .size())
                .isZero();
    }

    @Test
    void endsInTime() throws Exception {
        Instant end = Instant.now().plusSeconds(6);
        String token = make("{\"scopes\":[\"pull\"],\"expiresAt\":\"" + end + "\"}");
        assertThat(client.as(token, "GET", WHOAMI, "").statusCode()).isEqualTo(200);
        Thread.sleep(Duration.between(Instant.now(), end).plusMillis(50));
        HttpResponse<String> late = client.as(token, "GET", WHOAMI, "");
        assertThat(late.statusCode()).isEqualTo(401);
        assertThat(detail(late)).contains("expired at " + end.toString().substring(0, 19));
    }

    @Test
    void saysOfAWrongTokenOnlyThatItIsWrong() throws Exception {
        String token = make("{\"scopes\":[\"pull\"]}");
        String wrong = token.substring(0, token.length() - 3) + (token.endsWith("AAA") ? "BBB" : "AAA");
        HttpResponse<String> refused = client.as(wrong, "GET", WHOAMI, "");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(detail(refused)).doesNotContain("expired").doesNotContain("revoked");
        JsonNode nobody = ApiClient.json(client.get(WHOAMI));
        assertThat(nobody.path("authenticated").asBoolean(true)).isFalse();
        assertThat(nobody.path("caches").isEmpty()).isTrue();
        assertThat(ApiClient.json(client.asAdministrator("GET", WHOAMI))
                        .path("administrator")
                        .asBoolean())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"scopes\":[]}",
                "{\"scopes\":[\"read\"]}",
                "{\"scopes\":[\"pull\"],\"expiresAt\":\"2020-01-01T00:00:00Z\"}",
                "{\"scopes\":[\"pull\"],\"expiresAt\":\"tomorrow\"}",
                "{\"scopes\":[\"pull\"],\"caches\":[\"Ci\"]}",
                "{\"scopes\":[\"pull\"],\"caches\":[\"acme/ci\"]}",
                "{\"scopes\":[\"pull\"],\"caches\":[\"\"]}",
                "{\"scopes\":[\"pull\"],\"note\":1}",
                "{\"scopes\":[\"pull\"],\"id\":\"x\"}",
            })
    void refusesATokenThatCannotBe(String body) throws Exception {
        HttpResponse<String> refused = client.asAdministrator("POST", tokens, body);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(detail(refused)).isNotEmpty();
    }

    @Test
    void leavesTokensWithoutEndToTheServersAdministrator() throws Exception {
        String body = "{\"scopes\":[\"pull\"],\"expiresAt\":null}";
        JsonNode made = ApiClient.json(client.asAdministrator("POST", tokens, body));
        assertThat(made.path("expiresAt").isNull()).isTrue();
        String administrator = make("{\"scopes\":[\"administer\"],\"expiresAt\":null}");
        HttpResponse<String> refused = client.as(administrator, "POST", tokens, body);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(detail(refused)).contains("administrator");
    }

    @Test
    void givesNoMoreThanItHas() throws Exception {
        String end = Instant.now().plus(Duration.ofDays(5)).toString();
        String maker =
                make("{\"scopes\":[\"administer\",\"push\"],\"caches\":[\"release-*\"],\"expiresAt\":\"" + end + "\"}");
        String caches = ",\"caches\":[\"release-*\"]";
        assertThat(as(maker, "{\"scopes\":[\"push\",\"pull\"]" + caches + "}")).isEqualTo(201);
        assertThat(as(maker, "{\"scopes\":[\"pull\"],\"caches\":[\"release-1\",\"release-*-x\"]}"))
                .isEqualTo(201);
        assertThat(as(maker, "{\"scopes\":[\"delete\"]" + caches + "}")).isEqualTo(403);
        assertThat(as(maker, "{\"scopes\":[\"pull\"]}")).isEqualTo(403);
        assertThat(as(maker, "{\"scopes\":[\"pull\"],\"caches\":[\"release-1\",\"ci\"]}"))
                .isEqualTo(403);
        assertThat(as(maker, "{\"scopes\":[\"pull\"],\"caches\":[\"rel*\"]}")).isEqualTo(403);
        String later = Instant.now().plus(Duration.ofDays(6)).toString();
        assertThat(as(maker, "{\"scopes\":[\"pull\"]" + caches + ",\"expiresAt\":\"" + later + "\"}"))
                .isEqualTo(403);
    }

    @Test
    void managesOnlyTokensForItsOwnCaches() throws Exception {
        String id = ApiClient.json(
                        client.asAdministrator("POST", tokens, "{\"scopes\":[\"pull\"],\"caches\":[\"ci\"]}"))
                .path("id")
                .asText();
        String other = make("{\"scopes\":[\"administer\"],\"caches\":[\"release-*\"]}");
        assertThat(client.as(other, "GET", tokens, "").body())
                .doesNotContain(id)
                .contains("administer");
        assertThat(client.as(other, "GET", tokens + "/" + id, "").statusCode()).isEqualTo(404);
        assertThat(client.as(other, "DELETE", tokens + "/" + id, "").statusCode())
                .isEqualTo(404);
        String all = make("{\"scopes\":[\"administer\"]}");
        assertThat(client.as(all, "DELETE", tokens + "/" + id, "").statusCode()).isEqualTo(204);
    }

    @Test
    void isOneTokenForSeveralTenantsIfTheServerGivesIt() throws Exception {
        String body = "{\"scopes\":[\"push\"],\"caches\":[\"" + name + "/*\",\"no-such/*\"]}";
        JsonNode made = ApiClient.json(client.asAdministrator("POST", SERVER_TOKENS, body));
        String token = made.path("token").asText();
        assertThat(made.path("tenant").isNull()).isTrue();
        assertThat(client.as(token, "GET", "/" + name + "/ci/nix-cache-info", "")
                        .statusCode())
                .isEqualTo(200);
        assertThat(client.as(token, "GET", SERVER_TOKENS, "").statusCode()).isEqualTo(403);
        assertThat(client.asAdministrator("POST", SERVER_TOKENS, "{\"scopes\":[\"push\"],\"caches\":[\"ci\"]}")
                        .statusCode())
                .isEqualTo(400);
        String one = SERVER_TOKENS + "/" + made.path("id").asText();
        assertThat(client.asAdministrator(
                                "DELETE", tokens + "/" + made.path("id").asText())
                        .statusCode())
                .isEqualTo(404);
        assertThat(client.asAdministrator("DELETE", one).statusCode()).isEqualTo(204);
        assertThat(client.as(token, "GET", WHOAMI, "").statusCode()).isEqualTo(401);
    }

    @Test
    void isAnotherAdministratorIfItMayAdministerEverything() throws Exception {
        JsonNode made = ApiClient.json(client.asAdministrator("POST", SERVER_TOKENS, "{\"scopes\":[\"administer\"]}"));
        String token = made.path("token").asText();
        assertThat(client.as(token, "GET", "/api/v1/tenants", "").statusCode()).isEqualTo(200);
        assertThat(ApiClient.json(client.as(token, "GET", WHOAMI, ""))
                        .path("administrator")
                        .asBoolean())
                .isTrue();
        client.asAdministrator("DELETE", SERVER_TOKENS + "/" + made.path("id").asText());
        assertThat(client.as(token, "GET", "/api/v1/tenants", "").statusCode()).isEqualTo(401);
    }

    @Test
    void listsNewestFirstPageByPage() throws Exception {
        for (String note : List.of("1", "2", "3")) {
            make("{\"scopes\":[\"pull\"],\"note\":\"" + note + "\"}");
        }
        List<String> notes = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = ApiClient.json(client.asAdministrator("GET", tokens + "?limit=2" + after));
            page.path("items").forEach(item -> notes.add(item.path("note").asText()));
            after = page.path("next").isNull()
                    ? ""
                    : "&after=" + page.path("next").asText();
        } while (!after.isEmpty());
        assertThat(notes).containsExactly("3", "2", "1");
    }

    private String make(String body) throws Exception {
        HttpResponse<String> made = client.asAdministrator("POST", tokens, body);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return ApiClient.json(made).path("token").asText();
    }

    private int as(String maker, String body) throws Exception {
        HttpResponse<String> answer = client.as(maker, "POST", tokens, body);
        assertThat(answer.statusCode() == 201 || !detail(answer).isEmpty()).isTrue();
        return answer.statusCode();
    }

    private static List<String> names(HttpResponse<String> page) throws Exception {
        List<String> names = new ArrayList<>();
        ApiClient.json(page)
                .path("items")
                .forEach(item -> names.add(item.path("name").asText()));
        return names;
    }

    private static String detail(HttpResponse<String> answer) throws Exception {
        return ApiClient.json(answer).path("detail").asText();
    }

    private static Instant instant(JsonNode node, String field) {
        return Instant.parse(node.path(field).asText());
    }
}
