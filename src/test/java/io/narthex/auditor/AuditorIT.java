package io.narthex.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.Await;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The record as the API gives it. */
@ExtendWith(SharedServer.class)
class AuditorIT {
    private static final String EVENTS = "/api/v1/audit/events";

    private final ApiClient client = new ApiClient("");
    private TenantCache cache;
    private String administrator;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = TenantCache.make("{}");
        administrator = cache.newToken("\"administer\"");
        lines("?tenant=" + cache.tenant() + "&action=token-created", 2);
    }

    @Test
    void givesATenantsAdministratorThatTenantsEventsByPage() throws Exception {
        List<String> actions = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = ApiClient.json(client.as(administrator, "GET", EVENTS + "?limit=2" + after, ""));
            page.path("items").forEach(event -> {
                assertThat(event.path("tenant").asText()).isEqualTo(cache.tenant());
                actions.add(event.path("action").asText());
            });
            after = page.path("next").isNull()
                    ? ""
                    : "&after=" + page.path("next").asText();
        } while (!after.isEmpty());

        assertThat(actions).contains("tenant-created", "cache-created", "token-created");
        assertThat(client.as(cache.token(), "GET", EVENTS, "").statusCode()).isEqualTo(403);
    }

    @Test
    void givesATenantsAuditorTheSameAndTheHeadOfItsChain() throws Exception {
        String auditor = cache.newToken("\"audit\"");
        JsonNode events = ApiClient.json(client.as(auditor, "GET", EVENTS + "?action=token-created", ""));
        assertThat(events.path("items"))
                .isNotEmpty()
                .allMatch(event -> event.path("tenant").asText().equals(cache.tenant()));
        Await.until(
                "sealed head",
                () -> ApiClient.json(client.as(auditor, "GET", "/api/v1/audit/heads", ""))
                                .path("items")
                                .size()
                        == 1);
        assertThat(ApiClient.json(client.as(auditor, "GET", "/api/v1/overview", ""))
                        .path("tenants"))
                .hasSize(1);
    }

    @Test
    void givesAnAuditorOfOneCacheNothingOfTheRecord() throws Exception {
        String auditor = ApiClient.json(client.asAdministrator(
                        "POST",
                        "/api/v1/tenants/" + cache.tenant() + "/tokens",
                        "{\"scopes\":[\"audit\"],\"caches\":[\"ci\"]}"))
                .path("token")
                .asText();
        assertThat(client.as(auditor, "GET", EVENTS, "").statusCode()).isEqualTo(403);
        assertThat(client.as(auditor, "GET", "/api/v1/overview", "").statusCode())
                .isEqualTo(200);
    }

    @Test
    void givesAnAuditorOfTheServerTheWholeRecordAndNothingElse() throws Exception {
        JsonNode made = ApiClient.json(
                client.asAdministrator("POST", "/api/v1/tokens", "{\"scopes\":[\"audit\"],\"note\":\"eyes\"}"));
        String auditor = made.path("token").asText();
        JsonNode events =
                ApiClient.json(client.as(auditor, "GET", EVENTS + "?tenant=" + cache.tenant() + "&limit=1", ""));
        assertThat(events.path("items")).hasSize(1);
        assertThat(client.as(auditor, "GET", "/api/v1/jobs", "").statusCode()).isEqualTo(403);
        assertThat(client.as(auditor, "PUT", "/api/v1/tenants/" + cache.tenant(), "{}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(client.as(auditor, "GET", "/" + cache.tenant() + "/ci/nix-cache-info", "")
                        .statusCode())
                .isEqualTo(403);
        client.asAdministrator("DELETE", "/api/v1/tokens/" + made.path("id").asText(), "");
    }

    @Test
    void givesASiemOneEventALineAndTheNextOnesBehindIt() throws Exception {
        List<JsonNode> lines = lines("?tenant=" + cache.tenant() + "&action=token-created", 2);
        assertThat(lines).hasSize(2);
        assertThat(lines.getLast().path("detail").path("scopes").path(0).asText())
                .isEqualTo("administer");

        cache.newToken("\"pull\"");
        String cursor = lines.getLast().path("cursor").asText();
        assertThat(lines("?tenant=" + cache.tenant() + "&after=" + cursor, 1))
                .extracting(event -> event.path("detail").path("scopes").path(0).asText())
                .containsExactly("pull");
    }

    /** So many lines at least: an event is told when all transactions that began before its own have ended, here or elsewhere. */
    private List<JsonNode> lines(String query, int least) throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        List<JsonNode> lines = lines(query);
        while (lines.size() < least && Instant.now().isBefore(end)) {
            Thread.sleep(100);
            lines = lines(query);
        }
        return lines;
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        application/json;                                     application/json
        */*;                                                  application/json
        application/x-ndjson;                                 application/x-ndjson
        APPLICATION/X-NDJSON;                                 application/x-ndjson
        application/json, application/x-ndjson@q=0.1;         application/json
        application/json@q=0.1, application/x-ndjson;         application/x-ndjson
        """)
    void givesTheTypeThatIsWantedMost(String accept, String type) throws Exception {
        HttpResponse<String> answer = client.send(
                "GET",
                EVENTS + "?limit=1",
                BodyPublishers.noBody(),
                "Accept",
                accept.replace('@', ';'),
                "Authorization",
                "Bearer " + administrator);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith(type);
    }

    @Test
    void givesATenantsAdministratorNothingOfAnother() throws Exception {
        TenantCache other = TenantCache.make("{}");
        for (String query : List.of("?tenant=" + other.tenant(), "?cache=none", "?tenant=default")) {
            assertThat(ApiClient.json(client.as(administrator, "GET", EVENTS + query, ""))
                            .path("items"))
                    .as(query)
                    .isEmpty();
        }
        assertThat(client.as("", "GET", EVENTS, "").statusCode()).isEqualTo(401);
        assertThat(client.as(cache.token(), "GET", "/api/v1/audit/heads", "").statusCode())
                .isEqualTo(403);
        assertThat(client.as(administrator, "GET", "/api/v1/tenants/" + cache.tenant() + "/legal-hold", "")
                        .statusCode())
                .isEqualTo(403);
    }

    /** Each filter alone keeps what it names and leaves the rest. */
    @Test
    void filtersByEachOfItsWords() throws Exception {
        client.asAdministrator("PUT", "/api/v1/tenants/" + cache.tenant() + "/caches/other", "{}");
        cache.put("nar/" + "0".repeat(52) + ".nar", new byte[] {1, 2, 3});
        String token = cache.token().split("_", -1)[1];
        List<JsonNode> all = awaitRefusal();
        String middle = all.get(2).path("at").asText();

        assertThat(lines("?tenant=" + cache.tenant() + "&cache=other"))
                .isNotEmpty()
                .allMatch(event -> event.path("cache").asText().equals("other"));
        assertThat(lines("?tenant=" + cache.tenant() + "&outcome=refused"))
                .singleElement()
                .matches(event -> event.path("tokenId").asText().equals(token));
        assertThat(lines("?tenant=" + cache.tenant() + "&token=" + token)).hasSize(1);
        assertThat(lines("?tenant=" + cache.tenant() + "&since=" + middle)).hasSize(all.size() - 2);
        assertThat(lines("?tenant=" + cache.tenant() + "&until=" + middle)).hasSize(2);
        assertThat(lines("?tenant=" + cache.tenant() + "&limit=2")).hasSize(2);
    }

    private List<JsonNode> awaitRefusal() throws Exception {
        for (int i = 0; i < 600; i++) {
            List<JsonNode> all = lines("?tenant=" + cache.tenant());
            if (all.getLast().path("outcome").asText().equals("refused")) {
                return all;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no refusal");
    }

    @Test
    void refusesFiltersThatAreNone() throws Exception {
        for (String query : List.of(
                "?since=yesterday",
                "?since=2026-11-26",
                "?until=%2B999999999-12-31T23:59:59Z",
                "?since=-999999-01-01T00:00:00Z",
                "?after=x",
                "?after=18446744073709551615-1",
                "?limit=0",
                "?limit=1001",
                "?path=a%2Fb",
                "?tenant=")) {
            assertThat(client.asAdministrator("GET", EVENTS + query).statusCode())
                    .as(query)
                    .isEqualTo(400);
        }
    }

    @Test
    void signsHeadsThatTheDatabaseVerifies() throws Exception {
        JsonNode answer = awaitHead();
        JsonNode head = answer.path("items").path(0);
        assertThat(answer.path("items")).hasSize(1);
        assertThat(head.path("chain").asText()).isEqualTo(cache.tenant());

        PublicKey key = PublicKey.parse(answer.path("publicKey").asText());
        byte[] signed = head.path("signed").asText().getBytes(StandardCharsets.UTF_8);
        assertThat(key.verify(signed, Signature.parse(head.path("signature").asText())))
                .isTrue();
        assertThat(head.path("signed").asText())
                .contains(head.path("sequence").asText(), head.path("hash").asText(), cache.tenant());

        try (Connection connection = DriverManager.getConnection(
                        "jdbc:" + System.getProperty("it.db.superuser.uri").replaceFirst("//.*@", "//"),
                        "postgres",
                        System.getProperty("it.db.superuser.uri").replaceFirst(".*postgres:(.*)@.*", "$1"));
                PreparedStatement verify = connection.prepareStatement("select * from audit.verify_chain(?, ?, ?)")) {
            verify.setString(1, cache.tenant());
            verify.setLong(2, head.path("sequence").asLong());
            verify.setString(3, head.path("hash").asText());
            try (ResultSet broken = verify.executeQuery()) {
                assertThat(broken.next()).isFalse();
            }
        }
    }

    @Test
    void setsAndReleasesALegalHoldWithAnEventEach() throws Exception {
        String hold = "/api/v1/tenants/" + cache.tenant() + "/legal-hold";
        assertThat(client.asAdministrator("GET", hold).statusCode()).isEqualTo(404);
        assertThat(client.asAdministrator("PUT", hold, "{\"reason\":\"case 17\"}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(client.asAdministrator("PUT", hold, "{}").statusCode()).isEqualTo(200);
        assertThat(ApiClient.json(client.asAdministrator("GET", hold))
                        .path("reason")
                        .asText())
                .isEqualTo("case 17");
        assertThat(client.asAdministrator("DELETE", hold).statusCode()).isEqualTo(204);
        assertThat(client.asAdministrator("DELETE", hold).statusCode()).isEqualTo(404);

        lines("?tenant=" + cache.tenant() + "&action=legal-hold-released", 1);
        assertThat(lines("?tenant=" + cache.tenant()))
                .extracting(event -> event.path("action").asText())
                .filteredOn(action -> action.startsWith("legal-"))
                .containsExactly("legal-hold-set", "legal-hold-released");
    }

    /** Events are sealed within five seconds. */
    private JsonNode awaitHead() throws Exception {
        for (int i = 0; i < 600; i++) {
            JsonNode answer = ApiClient.json(client.as(administrator, "GET", "/api/v1/audit/heads", ""));
            if (answer.path("items").has(0)) {
                return answer;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no head");
    }

    private List<JsonNode> lines(String query) throws Exception {
        HttpResponse<String> answer = client.send(
                "GET",
                EVENTS + query,
                BodyPublishers.noBody(),
                "Accept",
                "application/x-ndjson",
                "Authorization",
                "Bearer " + ApiClient.token());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        List<JsonNode> events = new ArrayList<>();
        for (String line : answer.body().lines().toList()) {
            events.add(new ObjectMapper().readTree(line));
        }
        return events;
    }
}
