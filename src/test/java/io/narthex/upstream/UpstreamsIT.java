package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams in the API. */
@ExtendWith(SharedServer.class)
class UpstreamsIT {
    private static final String KEY = "cache.example-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";
    private static final String SECRET = "not-to-be-seen";

    private final ApiClient client = new ApiClient("/api/v1");

    private HttpResponse<String> put(String name, String json) throws Exception {
        return client.asAdministrator("PUT", "/upstreams/" + name, json);
    }

    private static String fields(String more) {
        return "{\"trustedPublicKeys\":[\"" + KEY + "\"]" + more + "}";
    }

    @Test
    void isMadeWithDefaultsListedChangedAndDeleted() throws Exception {
        HttpResponse<String> made = put("made", fields(",\"url\":\"https://cache.example/sub/\""));
        JsonNode shown = ApiClient.json(made);
        HttpResponse<String> changed = put("made", "{\"negativeSeconds\":5,\"mode\":\"stream\"}");

        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(shown.path("url").asText()).isEqualTo("https://cache.example/sub");
        assertThat(shown.path("required").asBoolean()).isFalse();
        assertThat(shown.path("mode").asText()).isEqualTo("keep");
        assertThat(shown.path("allow").toString()).isEqualTo("[\"*\"]");
        assertThat(shown.path("offeredTo").toString()).isEqualTo("[]");
        assertThat(shown.path("negativeSeconds").asInt()).isEqualTo(60);
        assertThat(shown.path("lookupMillis").asInt()).isEqualTo(2_000);
        assertThat(shown.path("connectMillis").asInt()).isEqualTo(5_000);
        assertThat(shown.path("stallSeconds").asInt()).isEqualTo(60);
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(ApiClient.json(changed).path("mode").asText()).isEqualTo("stream");
        assertThat(put("made", shown.toString()).statusCode()).isEqualTo(200);
        assertThat(client.asAdministrator("GET", "/upstreams?limit=1000", "").body())
                .contains("\"made\"");
        assertThat(client.asAdministrator("DELETE", "/upstreams/made", "").statusCode())
                .isEqualTo(204);
        assertThat(client.asAdministrator("GET", "/upstreams/made", "").statusCode())
                .isEqualTo(404);
        assertThat(Rows.ofServer()
                        .texts("select action from audit_event where detail->>'upstream' = 'made' order by id"))
                .startsWith("upstream-created", "upstream-changed")
                .endsWith("upstream-deleted");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"trustedPublicKeys\":[]}",
                "{\"url\":\"ftp://cache.example\"}",
                "{\"url\":\"https://user@cache.example\"}",
                "{\"url\":\"https://cache.example?x\"}",
                "{\"url\":\"https://cache.example:99999\"}",
                "{\"url\":\"https://cache.example:0\"}",
                "{\"allow\":[\"a b\"]}",
                "{\"mode\":\"other\"}",
                "{\"lookupMillis\":1}",
                "{\"credentials\":{\"kind\":\"basic\"}}",
                "{\"credentials\":{\"kind\":\"bearer\",\"token\":\"a\\nb\"}}",
                "{\"unknown\":1}"
            })
    void refusesWhatCannotBe(String change) throws Exception {
        put("refusing", fields(",\"url\":\"https://cache.example\""));

        assertThat(put("refusing", change).statusCode()).isEqualTo(400);
    }

    @Test
    void repeatsNoSecretThatSomebodyPutWhereItDoesNotBelong() throws Exception {
        HttpResponse<String> inUrl = put("spoken", fields(",\"url\":\"https://me:" + SECRET + "@cache.example\""));
        HttpResponse<String> bare =
                put("spoken", fields(",\"url\":\"https://cache.example\",\"credentials\":\"" + SECRET + "\""));

        assertThat(inUrl.statusCode()).isEqualTo(400);
        assertThat(inUrl.body()).contains("***@cache.example").doesNotContain(SECRET);
        assertThat(bare.statusCode()).isEqualTo(400);
        assertThat(bare.body()).contains("credentials must be an object").doesNotContain(SECRET);
    }

    @Test
    void needsAUrlAndKeys() throws Exception {
        assertThat(put("needing", fields("")).statusCode()).isEqualTo(400);
        assertThat(put("needing", "{\"url\":\"https://cache.example\"}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void showsCredentialsToNobody() throws Exception {
        HttpResponse<String> made = put(
                "secret",
                fields(",\"url\":\"https://cache.example\",\"credentials\":{\"kind\":\"basic\",\"username\":\"me\","
                        + "\"password\":\"" + SECRET + "\"}"));

        assertThat(made.body()).contains("\"hasCredentials\":true").doesNotContain(SECRET);
        assertThat(client.asAdministrator("GET", "/upstreams/secret", "").body())
                .doesNotContain(SECRET);
        assertThat(Rows.ofServer().texts("select detail::text from audit_event where detail->>'upstream' = 'secret'"))
                .isNotEmpty()
                .noneMatch(detail -> detail.contains(SECRET));
        assertThat(Rows.ofServer()
                        .texts("select encode(sealed_credentials, 'escape') from upstream where name = 'secret'"))
                .noneMatch(stored -> stored.contains(SECRET));
    }

    @Test
    void wantsCredentialsAgainForAnotherOriginAndSendsNoneWithoutTls() throws Exception {
        String credentials = ",\"credentials\":{\"kind\":\"bearer\",\"token\":\"" + SECRET + "\"}";
        put("moving", fields(",\"url\":\"https://cache.example\"" + credentials));

        assertThat(put("moving", "{\"url\":\"https://cache.example/other\"}").statusCode())
                .isEqualTo(200);
        assertThat(put("moving", "{\"url\":\"https://cache.example:8443\"}").statusCode())
                .isEqualTo(400);
        assertThat(put("moving", "{\"url\":\"https://elsewhere.example\"}").body())
                .contains("another scheme, host or port");
        assertThat(put("moving", "{\"url\":\"http://cache.example\"" + credentials + "}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(put("moving", "{\"url\":\"https://elsewhere.example\"" + credentials + "}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(put("moving", "{\"credentials\":null,\"url\":\"http://cache.example\"}")
                        .body())
                .contains("\"hasCredentials\":false");
    }

    @Test
    void isListedOnlyByWhomItIsOfferedTo() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        put("offered", fields(",\"url\":\"https://cache.example\",\"offeredTo\":[\"somebody-else\"]"));
        String sources = "{\"sources\":[\"uploads\",\"upstream:offered\"]}";
        String url = "/tenants/" + cache.tenant() + "/caches/ci";

        assertThat(client.asAdministrator("PUT", url, sources).statusCode()).isEqualTo(400);
        assertThat(client.asAdministrator("PUT", url, "{\"sources\":[\"upstream:none\"]}")
                        .statusCode())
                .isEqualTo(400);
        put("offered", "{\"offeredTo\":[\"" + cache.tenant() + "\"]}");
        HttpResponse<String> listed = client.asAdministrator("PUT", url, sources);

        assertThat(listed.statusCode()).isEqualTo(200);
        assertThat(ApiClient.json(listed).path("sources").toString()).isEqualTo("[\"uploads\",\"upstream:offered\"]");
    }

    @Test
    void isNotPublicThroughACacheWhereItHasCredentials() throws Exception {
        TenantCache open = TenantCache.make("{\"visibility\":\"public\"}");
        TenantCache closed = TenantCache.make("{}");
        String credentials = "{\"credentials\":{\"kind\":\"bearer\",\"token\":\"" + SECRET + "\"}}";
        put("private", fields(",\"url\":\"https://cache.example\",\"offeredTo\":[\"*\"]"));
        put("private", credentials);
        String sources = "{\"sources\":[\"upstream:private\"]}";

        assertThat(client.asAdministrator("PUT", "/tenants/" + open.tenant() + "/caches/ci", sources)
                        .statusCode())
                .isEqualTo(409);
        assertThat(client.asAdministrator("PUT", "/tenants/" + closed.tenant() + "/caches/ci", sources)
                        .statusCode())
                .isEqualTo(200);
        assertThat(client.asAdministrator(
                                "PUT", "/tenants/" + closed.tenant() + "/caches/ci", "{\"visibility\":\"public\"}")
                        .statusCode())
                .isEqualTo(409);
        put("private", "{\"credentials\":null}");
        client.asAdministrator("PUT", "/tenants/" + closed.tenant() + "/caches/ci", "{\"visibility\":\"public\"}");
        assertThat(put("private", credentials).statusCode()).isEqualTo(409);
    }

    /**
     * Whoever adds a sealed column has to add it to what the change of the master key looks at. The record's key is not sealed
     * anew: another is made, and the old one's signatures stay verifiable by its public half.
     */
    @Test
    void isOneOfTheSealedColumnsThatAreSealedAnew() throws Exception {
        List<String> columns = Rows.ofServer()
                .texts("select table_name || '.' || column_name from information_schema.columns"
                        + " where column_name like 'sealed\\_%' and data_type = 'bytea' and table_schema = 'public'"
                        + " order by 1");

        assertThat(columns)
                .containsExactly(
                        "audit_key.sealed_secret", "signing_key.sealed_secret", new CredentialVault().column());
    }
}
