package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Each call of the API with values that it cannot take, made by chance from one seed: none is an error of the server's. And
 * each with right values, for a tenant that is not the caller's.
 */
@ExtendWith(SharedServer.class)
class ApiFuzzIT {
    private static final long SEED = 20_261_130;
    /** Of each call. */
    private static final int ROUNDS = 25;

    /** What would change the server for the tests behind this one. */
    private static final Set<String> NOT_HERE = Set.of(
            "DELETE /api/v1/tenants/{tenant}",
            "DELETE /api/v1/tenants/{tenant}/caches/{cache}",
            "POST /api/v1/restore/acceptances",
            "POST /api/v1/restore/drills");

    private static final List<String> LISTS = List.of("/api/v1/upstreams", "/api/v1/issuers", "/api/v1/denied");

    private final ApiClient client = new ApiClient("");

    @SuppressWarnings("NullAway.Init")
    private TenantCache cache;

    @SuppressWarnings("NullAway.Init")
    private Set<String> before;

    @BeforeEach
    void make() throws Exception {
        cache = TenantCache.make("{}");
        before = everybodys();
    }

    /** What holds for all tenants would be met by other tests. */
    @AfterEach
    void takeAway() throws Exception {
        for (String made : everybodys()) {
            if (!before.contains(made)) {
                assertThat(client.asAdministrator("DELETE", made).statusCode()).isEqualTo(204);
            }
        }
    }

    private Set<String> everybodys() throws Exception {
        Set<String> all = new TreeSet<>();
        for (String list : LISTS) {
            for (JsonNode item : ApiClient.json(client.asAdministrator("GET", list + "?limit=1000"))
                    .path("items")) {
                all.add(list + "/" + item.path("name").asText());
            }
        }
        return all;
    }

    @Test
    void neverMeetsAnErrorOfTheServers() throws Exception {
        BadRequests bad = new BadRequests(SEED);
        TreeMap<Integer, Integer> counts = new TreeMap<>();
        for (ApiCall call : ApiCall.all(client)) {
            if (NOT_HERE.contains(call.method() + " " + call.path())) {
                continue;
            }
            boolean sends = call.method().equals("PUT") || call.method().equals("POST");
            for (int i = 0; i < ROUNDS; i++) {
                String url = bad.url(url(call, cache.tenant()), cache.tenant(), "ci", "fuzzed", "0".repeat(32));
                String body = sends ? bad.body(call) : "";

                HttpResponse<String> answer = client.asAdministrator(call.method(), url, body);

                assertThat(answer.statusCode())
                        .as("%s %.200s %.500s: %s", call.method(), url, body, answer.body())
                        .isBetween(200, 499);
                counts.merge(answer.statusCode(), 1, Integer::sum);
            }
        }
        // it would prove little if all were refused at the door
        assertThat(counts.keySet()).contains(200, 201, 204, 400, 404, 409);
    }

    /** Whether a tenant of that name is there does not show. */
    @Test
    void tellsAStrangerNothing() throws Exception {
        String stranger = TenantCache.make("{}")
                .newToken("\"administer\",\"pull\",\"push\",\"pin\",\"delete\",\"promote\",\"gate\",\"deny\"");
        for (ApiCall call : ApiCall.all(client)) {
            if (call.path().startsWith("/api/v1/tenants/{tenant}")) {
                String body =
                        call.method().equals("PUT") || call.method().equals("POST") ? BadRequests.right(call) : "";
                HttpResponse<String> there = client.as(stranger, call.method(), url(call, cache.tenant()), body);
                HttpResponse<String> nowhere = client.as(stranger, call.method(), url(call, "no-such"), body);

                assertThat(there.statusCode())
                        .as(call.method() + " " + call.path())
                        .isIn(400, 403, 404);
                assertThat(there.statusCode() + there.body().replace(cache.tenant(), "no-such"))
                        .as(call.method() + " " + call.path())
                        .isEqualTo(nowhere.statusCode() + nowhere.body());
            }
        }
    }

    private static String url(ApiCall call, String tenant) {
        return call.path()
                .replace("{tenant}", tenant)
                .replace("{cache}", "ci")
                .replace("{hash}", "0".repeat(32))
                .replace("{id}", "1")
                .replaceAll("\\{[a-z]+}", "fuzzed");
    }
}
