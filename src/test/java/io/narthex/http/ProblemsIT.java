package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.it.SharedServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every answer has, and what refusals look like to programs and to Nix clients. */
@ExtendWith(SharedServer.class)
class ProblemsIT {
    private static final String JOBS = "/api/v1/jobs";

    private final ApiClient client = new ApiClient("");

    @Test
    void isAProblemBelowApi() throws Exception {
        HttpResponse<String> answer = client.get("/api/v1/nothing");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
        JsonNode problem = ApiClient.json(answer);
        assertThat(problem.path("type").asText()).isEqualTo("urn:narthex:problem:not-found");
        assertThat(problem.path("status").asInt()).isEqualTo(404);
        assertThat(problem.path("title").asText()).isNotEmpty();
        assertThat(answer.body()).doesNotContain("RESTEASY", "http://");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|/api/v1/tenants/a%00b|",
                "PUT|/api/v1/tenants/a%00b|{}",
                "GET|/api/v1/tenants?after=%00|",
                "GET|/api/v1/tenants/default/tokens/%00|",
                "DELETE|/api/v1/tokens/%00|",
                "GET|/api/v1/tenants/default/caches/default/keys/%00|",
                "GET|/api/v1/tenants/default/caches/default/paths?name=%00|",
                "GET|/api/v1/jobs/%00/runs|",
                "GET|/api/v1/audit/events?tenant=%00|",
                "GET|/log/%00.drv|",
                "GET|/debuginfo/%00|",
                "PUT|/api/v1/tenants/default/legal-hold|{\"reason\":\"a\\u0000b\"}",
                "PUT|/api/v1/tenants/default/legal-hold|{\"reason\":\"a\\ud800b\"}",
                "POST|/api/v1/tokens|{\"scopes\":[\"pull\"],\"note\":\"\\u0000\"}",
                "POST|/api/v1/tokens|{\"scopes\":[\"pull\"],\"caches\":[\"default/\\u0000\"]}",
                "PUT|/api/v1/tenants/nul|{\"a\\u0000\":1}"
            })
    void refusesTextsThatNoDatabaseKeeps(String method, String path, @Nullable String body) throws Exception {
        HttpResponse<String> answer = client.asAdministrator(method, path, body == null ? "" : body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    }

    @Test
    void refusesABodyThatOnlyLooksLikeWideCharacters() throws Exception {
        HttpResponse<String> answer = client.send(
                "POST",
                "/api/v1/tokens",
                BodyPublishers.ofByteArray(new byte[] {0, 0, 0, '{', 0, 0, 0, -1}),
                "Authorization",
                "Bearer " + ApiClient.token(),
                "Content-Type",
                "application/json");

        assertThat(answer.statusCode()).isEqualTo(400);
    }

    /** RESTEasy alone answers these with 500. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Accept|*/*;q=x",
                "Accept|text/html, */*; Q = -1",
                "Accept|application/json;q=",
                "Accept|*/*;q=NaN",
                "Content-Type|application/json;q=x"
            })
    void refusesAWeightThatIsNoNumber(String header, String value) throws Exception {
        for (String path : List.of("/api/v1/whoami", "/setup")) {
            HttpResponse<String> answer = client.get(path, header, value);

            assertThat(answer.statusCode()).as(path).isEqualTo(400);
            assertThat(answer.body()).contains("The q of " + header + " must be a number from 0 to 1, not ");
        }
    }

    @Test
    void takesTheWeightsThatTheJdksOldClientSends() throws Exception {
        assertThat(client.get("/setup", "Accept", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void isALineOfTextElsewhere() throws Exception {
        HttpResponse<String> answer = client.get("/nar/nothing/here");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(header(answer, "Content-Type")).isEqualTo("text/plain;charset=utf-8");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
        assertThat(answer.body()).isEqualTo("404 There is nothing here\n");
    }

    @Test
    void tellsWhichMethodsArePossible() throws Exception {
        HttpResponse<String> answer = client.asAdministrator("DELETE", JOBS);
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(header(answer, "Allow")).contains("GET", "HEAD");
        assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void tellsOfAProblemEvenToWhoAcceptsNoJson() throws Exception {
        HttpResponse<String> answer =
                client.get(JOBS, "Authorization", "Bearer " + ApiClient.token(), "Accept", "text/html");
        assertThat(answer.statusCode()).isEqualTo(406);
        assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void hasNosniffAndAnIdOfItsOwnOnEveryAnswer() throws Exception {
        HttpResponse<String> good = client.asAdministrator("GET", JOBS);
        HttpResponse<String> refused = client.get(JOBS);
        for (HttpResponse<String> answer : List.of(good, refused, client.get("/nothing"))) {
            assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(header(answer, "X-Request-Id")).matches("[0-9a-f]{16}");
        }
        assertThat(header(good, "X-Request-Id")).isNotEqualTo(header(refused, "X-Request-Id"));
    }

    @Test
    void refusesABodyThatIsNoJsonWhereSomethingCanChange() throws Exception {
        HttpResponse<String> answer = client.send(
                "POST",
                JOBS + "/none/runs",
                BodyPublishers.ofString("a=b"),
                "Authorization",
                "Bearer " + ApiClient.token(),
                "Content-Type",
                "application/x-www-form-urlencoded");
        assertThat(answer.statusCode()).isEqualTo(415);
    }

    @Test
    void refusesAPageOfAnotherSiteAndKnowsItsOwn() throws Exception {
        assertThat(fromOrigin("https://evil.example.com").statusCode()).isEqualTo(403);
        assertThat(fromOrigin("null").statusCode()).isEqualTo(403);
        assertThat(fromOrigin(System.getProperty("it.url", "")).statusCode()).isEqualTo(404);
    }

    private HttpResponse<String> fromOrigin(String origin) throws Exception {
        return client.send(
                "POST",
                JOBS + "/none/runs",
                BodyPublishers.noBody(),
                "Authorization",
                "Bearer " + ApiClient.token(),
                "Origin",
                origin);
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
