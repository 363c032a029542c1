package io.narthex.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
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
import java.util.ArrayList;
import java.util.List;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The record as the API gives it. */
@ExtendWith(ArquillianExtension.class)
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
    void givesASiemOneEventALineAndTheNextOnesBehindIt() throws Exception {
        List<JsonNode> lines = lines("?tenant=" + cache.tenant() + "&action=token-created");
        assertThat(lines).hasSize(2);
        assertThat(lines.getLast().path("detail").path("scopes").path(0).asText())
                .isEqualTo("administer");

        cache.newToken("\"pull\"");
        String cursor = lines.getLast().path("cursor").asText();
        assertThat(lines("?tenant=" + cache.tenant() + "&after=" + cursor))
                .extracting(event -> event.path("detail").path("scopes").path(0).asText())
                .containsExactly("pull");
    }

    @Test
    void refusesFiltersThatAreNone() throws Exception {
        for (String query : List.of("?since=yesterday", "?after=x", "?limit=0", "?path=a%2Fb")) {
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

        assertThat(lines("?tenant=" + cache.tenant()))
                .extracting(event -> event.path("action").asText())
                .filteredOn(action -> action.startsWith("legal-"))
                .containsExactly("legal-hold-set", "legal-hold-released");
    }

    /** Events are sealed within five seconds. */
    private JsonNode awaitHead() throws Exception {
        for (int i = 0; i < 50; i++) {
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
