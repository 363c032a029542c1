package io.narthex.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tenants and caches over HTTP, as the server's administrator and a tenant's make them. */
@ExtendWith(SharedServer.class)
class AdministrationIT {
    private static final String TENANTS = "/api/v1/tenants";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final ApiClient client = new ApiClient("");
    private final String name = "adm-" + NUMBER.incrementAndGet();
    private final String tenant = TENANTS + "/" + name;
    private final String ci = tenant + "/caches/ci";

    @Test
    void makesATenantOnce() throws Exception {
        HttpResponse<String> made = put(tenant, "");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.headers().firstValue("Location")).contains(System.getProperty("it.url") + tenant);
        assertThat(ApiClient.json(made).fieldNames())
                .toIterable()
                .containsExactly("name", "createdAt", "quota", "usage");

        HttpResponse<String> again = put(tenant, "{}");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(made.body());
        assertThat(tag(again)).isEqualTo(tag(made)).matches("\"[^\"]+\"");
        assertThat(get(tenant).body()).isEqualTo(made.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Acme", "-acme", "acme-", "a_b", "api", "nix-cache", "get-it", "a.b"})
    void refusesWhatIsNoNameOfATenant(String bad) throws Exception {
        HttpResponse<String> refused = put(TENANTS + "/" + bad, "{}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(ApiClient.json(refused).path("detail").asText()).isNotEmpty();
        assertThat(get(TENANTS + "/" + bad).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "push",
                "pins",
                "denied",
                "oidc",
                "login",
                "logout",
                "assets",
                "api",
                "console",
                "nar",
                "log",
                "serve",
                "health",
                "metrics",
                "openapi",
                "realisations",
                "debuginfo",
                "version",
                "public-key",
                "setup",
                "index",
                "static",
                "well-known",
                "nix-cache",
                "build-trace-v2",
                "get-it"
            })
    void givesNoNewTenantANameOfTheServersOwnUrls(String reserved) throws Exception {
        HttpResponse<String> refused = put(TENANTS + "/" + reserved, "{}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(ApiClient.json(refused).path("detail").asText())
                .isEqualTo("The name " + reserved + " is reserved for the server's own URLs: choose another");
        assertThat(get(TENANTS + "/" + reserved).statusCode()).isEqualTo(404);
    }

    @Test
    void leavesATenantItsNameThatWasReservedLater() throws Exception {
        Rows.ofServer().change("insert into tenant (name) values ('push')");
        String there = TENANTS + "/push";
        try {
            assertThat(put(there, "{}").statusCode()).isEqualTo(200);
            assertThat(put(there + "/caches/ci", "{\"visibility\":\"public\",\"priority\":7}")
                            .statusCode())
                    .isEqualTo(201);
            assertThat(client.get("/push/ci/nix-cache-info").body()).contains("Priority: 7");
            assertThat(client.get("/push/ci/push/nix-cache-info").body()).contains("Priority: 7");
            // the default cache has its own URLs there
            assertThat(client.get("/push/nix-cache-info").body()).contains("Priority: 30");
            HttpResponse<String> refused = put(there + "/caches/nar", "{}");
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(ApiClient.json(refused).path("detail").asText()).contains("/push/nar is reserved");
            // whether there is a private cache does not show
            assertThat(put(there + "/caches/hidden", "{}").statusCode()).isEqualTo(201);
            assertThat(client.get("/push/hidden/nix-cache-info").statusCode()).isEqualTo(401);
            assertThat(client.get("/push/nothing/nix-cache-info").statusCode()).isEqualTo(401);
        } finally {
            assertThat(delete(there)).isEqualTo(204);
        }
    }

    @Test
    void refusesAFieldThatATenantDoesNotHave() throws Exception {
        HttpResponse<String> refused = put(tenant, "{\"color\":1}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(ApiClient.json(refused).path("field").asText()).isEqualTo("color");
        assertThat(get(tenant).statusCode()).isEqualTo(404);
    }

    @Test
    void givesANewCacheItsDefaults() throws Exception {
        put(tenant, "");
        HttpResponse<String> made = put(ci, "{}");
        assertThat(made.statusCode()).isEqualTo(201);
        JsonNode cache = ApiClient.json(made);
        assertThat(cache.path("createdAt").asText()).isNotEmpty();
        assertThat(cache.path("url").asText()).isEqualTo(System.getProperty("it.url") + "/" + name + "/ci");
        assertThat(settings(cache)).isEqualTo("private 30 true /nix/store [\"uploads\"] [] strict keep []");
        assertThat(get(ci).body()).isEqualTo(made.body());
        assertThat(tag(get(ci))).isEqualTo(tag(made));
    }

    @Test
    void keepsWhatIsOmittedAndResetsWhatIsNull() throws Exception {
        put(tenant, "");
        put(ci, "{\"visibility\":\"public\",\"priority\":10,\"references\":\"lenient\"}");
        assertThat(settings(ApiClient.json(put(ci, "{\"foreignSignatures\":\"drop\"}"))))
                .isEqualTo("public 10 true /nix/store [\"uploads\"] [] lenient drop []");
        assertThat(settings(ApiClient.json(put(ci, "{\"priority\":null,\"visibility\":null,\"wantMassQuery\":false}"))))
                .isEqualTo("private 30 false /nix/store [\"uploads\"] [] lenient drop []");
    }

    @Test
    void changesNothingByTheSamePutTwice() throws Exception {
        put(tenant, "");
        String body = "{\"visibility\":\"public\",\"sources\":[\"uploads\",\"local-store\"]}";
        HttpResponse<String> made = put(ci, body);
        HttpResponse<String> again = put(ci, body);
        assertThat(again.body()).isEqualTo(made.body());
        assertThat(tag(again)).isEqualTo(tag(made));
    }

    /** Fields that nobody can set are not looked at. */
    @Test
    void takesBackWhatAGetGave() throws Exception {
        put(tenant, "");
        put(ci, "{\"visibility\":\"public\"}");
        put(ci + "/keys/policy", "{\"rotateEveryDays\":90}");
        put(tenant + "/legal-hold", "{\"reason\":\"court\"}");
        for (String resource : List.of(tenant, ci, ci + "/keys/policy", tenant + "/legal-hold")) {
            String shown = get(resource).body();

            HttpResponse<String> again = put(resource, shown);

            assertThat(again.statusCode()).as(resource).isEqualTo(200);
            assertThat(again.body()).as(resource).isEqualTo(shown);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "visibility        | \"secret\"",
                "priority          | -1",
                "priority          | 1.5",
                "priority          | \"30\"",
                "wantMassQuery     | \"yes\"",
                "storeDir          | \"nix/store\"",
                "storeDir          | \"/nix/a,b\"",
                "storeDir          | \"/nix/a;b\"",
                "sources           | []",
                "sources           | [\"elsewhere\"]",
                "virtualHosts      | [\"a b\"]",
                "virtualHosts      | [\"cache.example.com:8080\"]",
                "virtualHosts      | \"cache.example.com\"",
                "references        | 1",
                "foreignSignatures | \"Keep\"",
                "trustedPublicKeys | [\"no-key\"]",
                "unheardOf         | 1",
            })
    void namesTheFieldThatCannotBe(String field, String value) throws Exception {
        put(tenant, "");
        HttpResponse<String> refused = put(ci, "{\"" + field + "\":" + value + "}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(ApiClient.json(refused).path("detail").asText())
                .contains(field)
                .contains(field.equals("unheardOf") ? field : value.replaceAll("^\\[?\"|\"]?$", ""));
        assertThat(get(ci).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "{", "{} {}", "{\"priority\":1,\"priority\":2}"})
    void refusesABodyThatIsNoObject(String body) throws Exception {
        put(tenant, "");
        assertThat(put(ci, body).statusCode()).isEqualTo(400);
    }

    @Test
    void changesOnlyWhatTheCallerHasSeen() throws Exception {
        put(tenant, "");
        HttpResponse<String> made = put(ci, "{}");
        assertThat(conditional("PUT", ci, "If-None-Match", "*", "{}").statusCode())
                .isEqualTo(412);
        assertThat(conditional("PUT", ci, "If-Match", tag(made), "{\"priority\":1}")
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> stale = conditional("PUT", ci, "If-Match", tag(made), "{\"priority\":2}");
        assertThat(stale.statusCode()).isEqualTo(412);
        assertThat(stale.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(ApiClient.json(get(ci)).path("priority").asInt()).isEqualTo(1);
        assertThat(conditional("PUT", ci, "If-Match", "W/" + tag(get(ci)), "{}").statusCode())
                .isEqualTo(412);
        assertThat(conditional("PUT", ci, "If-Match", "*", "{\"priority\":3}").statusCode())
                .isEqualTo(200);
        assertThat(conditional("PUT", ci + "2", "If-Match", "*", "{}").statusCode())
                .isEqualTo(412);
        assertThat(conditional("DELETE", ci, "If-Match", tag(made), "").statusCode())
                .isEqualTo(412);
        assertThat(conditional("DELETE", ci, "If-Match", tag(get(ci)), "").statusCode())
                .isEqualTo(204);
    }

    @Test
    void takesTheSamePutFromManyAtOnce() throws Exception {
        assertThat(atOnce(() -> put(tenant, "").statusCode()))
                .containsOnlyOnce(201)
                .containsOnly(200, 201);
        assertThat(atOnce(() -> put(ci, "{\"visibility\":\"public\"}").statusCode()))
                .containsOnlyOnce(201)
                .containsOnly(200, 201);
    }

    @Test
    void givesAHostToOneCacheAndTakesItBack() throws Exception {
        put(tenant, "");
        String hosts = "{\"virtualHosts\":[\"" + name.toUpperCase(java.util.Locale.ROOT) + ".example.com\"]}";
        assertThat(put(ci, hosts).statusCode()).isEqualTo(201);
        assertThat(ApiClient.json(get(ci)).path("virtualHosts").path(0).asText())
                .isEqualTo(name + ".example.com");
        assertThat(put(tenant + "/caches/web", hosts).statusCode()).isEqualTo(409);
        assertThat(get(tenant + "/caches/web").statusCode()).isEqualTo(404);

        delete(ci);
        assertThat(put(tenant + "/caches/web", hosts).statusCode()).isEqualTo(201);
        delete(tenant);
        put(tenant, "");
        assertThat(put(ci, hosts).statusCode()).isEqualTo(201);
        assertThat(put(ci, "{\"virtualHosts\":null}").statusCode()).isEqualTo(200);
        assertThat(put(tenant + "/caches/web", hosts).statusCode()).isEqualTo(201);
    }

    /** RFC 9112, 3.2.2: proxies name the host in the target itself. */
    @ParameterizedTest
    @ValueSource(strings = {"", "http://"})
    void findsACacheByItsHostAndSaysSo(String scheme) throws Exception {
        put(tenant, "");
        String host = name + ".example.com";
        put(ci, "{\"visibility\":\"public\",\"priority\":7,\"virtualHosts\":[\"" + host + "\"]}");
        WireClient wire = WireClient.toServer().at(host);
        String base = scheme.isEmpty() ? "" : scheme + host;
        for (String path : List.of("/nix-cache-info", "/" + "0".repeat(32) + ".narinfo", "/setup", "/nar/x")) {
            assertThat(wire.get(base + path).header("Vary").split(", "))
                    .as(path)
                    .containsOnlyOnce("Host");
        }
        assertThat(wire.get(base + "/nix-cache-info").text()).contains("Priority: 7");
        assertThat(wire.get(base + "/api%5B").status()).isEqualTo(404);
        delete(tenant);
    }

    @Test
    void findsATenantsCacheByATargetInAbsoluteForm() throws Exception {
        put(tenant, "");
        put(ci, "{\"visibility\":\"public\",\"priority\":7}");
        WireClient wire = WireClient.toServer();
        String prefix = wire.url() + "/" + name + "/ci";
        assertThat(wire.get(prefix + "/nix-cache-info").text()).contains("Priority: 7");
        assertThat(wire.get(prefix + "/public-key?x=/").text()).contains(":");
        assertThat(wire.get(prefix).status()).isEqualTo(200);
        delete(tenant);
    }

    @Test
    void givesTheServersOwnHostToNoCache() throws Exception {
        put(tenant, "");
        assertThat(put(ci, "{\"virtualHosts\":[\"127.0.0.1\"]}").statusCode()).isEqualTo(409);
    }

    @Test
    void servesANewCacheAtOnceAndADeletedOneNoMore() throws Exception {
        put(tenant, "");
        String url = "/" + name + "/ci/nix-cache-info";
        for (int i = 0; i < 5; i++) {
            assertThat(get(url).statusCode()).isEqualTo(404);
            put(ci, "{\"visibility\":\"public\",\"priority\":7}");
            assertThat(client.get(url).body()).contains("Priority: 7");
            assertThat(client.get("/" + name + "/ci/public-key").body()).contains(":");
            put(ci, "{\"visibility\":\"private\"}");
            assertThat(client.get(url).statusCode()).isEqualTo(401);
            assertThat(delete(ci)).isEqualTo(204);
        }
        put(ci, "{\"visibility\":\"public\"}");
        assertThat(delete(tenant)).isEqualTo(204);
        assertThat(client.get(url).statusCode()).isEqualTo(401);
        assertThat(get(url).statusCode()).isEqualTo(404);
        assertThat(get(tenant).statusCode()).isEqualTo(404);
        assertThat(get(ci).statusCode()).isEqualTo(404);
    }

    @Test
    void makesAnotherCacheOfANameThatIsUsedAgain() throws Exception {
        put(tenant, "");
        HttpResponse<String> first = put(ci, "{\"visibility\":\"public\"}");
        String key = client.get("/" + name + "/ci/public-key").body();
        delete(tenant);
        HttpResponse<String> second = put(tenant, "");
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(get(ci).statusCode()).isEqualTo(404);
        assertThat(tag(put(ci, "{\"visibility\":\"public\"}"))).isNotEqualTo(tag(first));
        assertThat(client.get("/" + name + "/ci/public-key").body()).isNotEqualTo(key);
    }

    @Test
    void keepsTheDefaultCache() throws Exception {
        assertThat(delete(TENANTS + "/default/caches/default")).isEqualTo(409);
        assertThat(delete(TENANTS + "/default")).isEqualTo(409);
        JsonNode cache = ApiClient.json(get(TENANTS + "/default/caches/default"));
        assertThat(cache.path("visibility").asText()).isEqualTo("public");
        assertThat(cache.path("sources").toString()).isEqualTo("[\"local-store\",\"uploads\"]");
        assertThat(cache.path("url").asText()).isEqualTo(System.getProperty("it.url"));
    }

    @Test
    void makesTheDefaultCachePrivateAndPublicAgain() throws Exception {
        String standard = TENANTS + "/default/caches/default";
        String token = ApiClient.json(client.asAdministrator(
                        "POST", TENANTS + "/default/tokens", "{\"scopes\":[\"pull\"],\"caches\":[\"default\"]}"))
                .path("token")
                .asText();
        try {
            assertThat(put(standard, "{\"visibility\":\"private\"}").statusCode())
                    .isEqualTo(200);
            for (String url : List.of("/", "/nix-cache-info", "/default/default/nix-cache-info", "/public-key")) {
                assertThat(client.get(url).statusCode()).as(url).isEqualTo(401);
                HttpResponse<String> answer = client.as(token, "GET", url, "");
                assertThat(answer.statusCode()).as(url).isEqualTo(200);
                assertThat(answer.headers().firstValue("Cache-Control").orElse(""))
                        .as(url)
                        .startsWith("private");
            }
        } finally {
            put(standard, "{\"visibility\":\"public\"}");
        }
        assertThat(client.get("/nix-cache-info").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sources\":[\"local-store\"]}",
                "{\"virtualHosts\":[\"stolen.example.com\"]}",
                "{\"storeDir\":\"/gnu/store\"}",
            })
    void leavesTheMachineToTheServersAdministrator(String body) throws Exception {
        put(tenant, "");
        String token = token("[\"administer\"]");
        HttpResponse<String> refused = client.as(token, "PUT", ci, body);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(ApiClient.json(refused).path("detail").asText()).contains("administrator");
        assertThat(put(ci, body).statusCode()).isEqualTo(201);
        // what is so already is no change
        assertThat(client.as(token, "PUT", ci, body).statusCode()).isEqualTo(200);
        assertThat(client.as(token, "PUT", ci, "{\"priority\":5}").statusCode()).isEqualTo(200);
        delete(tenant);
    }

    @Test
    void letsATenantsAdministratorMakeItsCachesAndNoTenant() throws Exception {
        put(tenant, "");
        String token = token("[\"administer\"]");
        assertThat(client.as(token, "PUT", ci, "{}").statusCode()).isEqualTo(201);
        assertThat(client.as(token, "DELETE", ci, "").statusCode()).isEqualTo(204);
        assertThat(client.as(token, "PUT", tenant + "x", "").statusCode()).isEqualTo(403);
        assertThat(client.as(token, "DELETE", tenant, "").statusCode()).isEqualTo(403);
        assertThat(client.as(token, "PUT", TENANTS + "/default/caches/mine", "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void listsPageByPage() throws Exception {
        put(tenant, "");
        for (String cache : List.of("b", "d", "a", "c")) {
            put(tenant + "/caches/" + cache, "");
        }
        assertThat(names(ApiClient.json(get(tenant + "/caches")))).containsExactly("a", "b", "c", "d");
        List<String> paged = new ArrayList<>();
        JsonNode page = ApiClient.json(get(tenant + "/caches?limit=3"));
        assertThat(page.path("next").asText()).isEqualTo("c");
        paged.addAll(names(page));
        page = ApiClient.json(get(tenant + "/caches?limit=3&after=c"));
        assertThat(page.path("next").isNull()).isTrue();
        paged.addAll(names(page));
        assertThat(paged).containsExactly("a", "b", "c", "d");
        assertThat(names(ApiClient.json(get(TENANTS + "?limit=1000")))).contains(name, "default");
        assertThat(get(TENANTS + "?limit=0").statusCode()).isEqualTo(400);
        assertThat(get(TENANTS + "?limit=1001").statusCode()).isEqualTo(400);
        assertThat(get(TENANTS + "?after=A").statusCode()).isEqualTo(400);
    }

    private static List<Integer> atOnce(Callable<Integer> call) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(12)) {
            List<Future<Integer>> answers = threads.invokeAll(java.util.Collections.nCopies(12, call));
            for (Future<Integer> answer : answers) {
                statuses.add(answer.get());
            }
        }
        return statuses;
    }

    private String token(String scopes) throws Exception {
        HttpResponse<String> made = client.asAdministrator("POST", tenant + "/tokens", "{\"scopes\":" + scopes + "}");
        return ApiClient.json(made).path("token").asText();
    }

    private HttpResponse<String> put(String path, String body) throws Exception {
        return client.asAdministrator("PUT", path, body);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.asAdministrator("GET", path);
    }

    private int delete(String path) throws Exception {
        return client.asAdministrator("DELETE", path).statusCode();
    }

    private HttpResponse<String> conditional(String method, String path, String header, String value, String body)
            throws Exception {
        return client.send(
                method,
                path,
                BodyPublishers.ofString(body),
                "Content-Type",
                "application/json",
                "Authorization",
                "Bearer " + ApiClient.token(),
                header,
                value);
    }

    private static String tag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    private static List<String> names(JsonNode page) {
        List<String> names = new ArrayList<>();
        page.path("items").forEach(item -> names.add(item.path("name").asText()));
        return names;
    }

    private static String settings(JsonNode cache) {
        return String.join(
                " ",
                cache.path("visibility").asText(),
                cache.path("priority").toString(),
                cache.path("wantMassQuery").toString(),
                cache.path("storeDir").asText(),
                cache.path("sources").toString(),
                cache.path("virtualHosts").toString(),
                cache.path("references").asText(),
                cache.path("foreignSignatures").asText(),
                cache.path("trustedPublicKeys").toString());
    }
}
