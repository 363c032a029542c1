package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.it.WireClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Logging in to the console, and what keeps others out of a session. */
@ExtendWith(SharedServer.class)
class SessionIT {
    private static final String ROOT = ConsoleClient.ROOT;
    private static final String SESSION = ConsoleClient.SESSION;

    private final ApiClient api = new ApiClient("");
    private final ConsoleClient console = new ConsoleClient();

    @Test
    void showsTheFormToWhoIsNotLoggedIn() throws Exception {
        for (String method : List.of("GET", "HEAD")) {
            HttpResponse<String> answer = api.send(method, ROOT, BodyPublishers.noBody());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).contains("text/html;charset=UTF-8");
        }
        assertThat(console.get(ROOT).body()).contains("<h1>Log in</h1>", "type=\"password\"");
        assertThat(console.get(ROOT + "/").statusCode()).isEqualTo(200);
        HttpResponse<String> deeper = console.get(ROOT + "/jobs");
        assertThat(deeper.statusCode()).isEqualTo(303);
        assertThat(deeper.headers().firstValue("Location")).contains(ROOT + "?next=%2Fconsole%2Fjobs");
    }

    @Test
    void logsInByATokenAndOut() throws Exception {
        HttpResponse<String> in = console.logIn(ApiClient.token());
        assertThat(in.statusCode()).isEqualTo(303);
        assertThat(in.headers().firstValue("Location")).contains(ROOT);
        assertThat(console.get(ROOT).body()).contains("<h1>Overview</h1>").contains("administrator");

        HttpResponse<String> out = console.post(ROOT, "do", "log-out");
        assertThat(out.statusCode()).isEqualTo(303);
        assertThat(console.get(ROOT).body()).contains("<h1>Log in</h1>");
    }

    @Test
    void leadsToThePageThatWasAskedForAndNowhereElse() throws Exception {
        assertThat(console.get(ROOT + "?next=%2Fconsole%2Fjobs").body()).contains("value=\"/console/jobs\"");
        assertThat(console.get(ROOT + "?next=https%3A%2F%2Fevil.example%2Fconsole")
                        .body())
                .doesNotContain("evil");
        HttpResponse<String> in =
                console.post(ROOT, "do", "log-in", "token", ApiClient.token(), "next", "//evil.example/console");
        assertThat(in.headers().firstValue("Location")).contains(ROOT);
    }

    @Test
    void theCookieIsForTheConsoleAlone() throws Exception {
        HttpResponse<String> in = console.logIn(ApiClient.token());
        assertThat(in.headers().allValues("Set-Cookie"))
                .filteredOn(cookie -> cookie.startsWith(SESSION + "="))
                .singleElement()
                .asString()
                .endsWith("; Path=/console; Secure; HttpOnly; SameSite=Lax");
        String cookie = SESSION + "=" + console.cookie(SESSION);
        JsonNode who = ApiClient.json(api.get("/api/v1/whoami", "Cookie", cookie));
        assertThat(who.path("authenticated").asBoolean()).isFalse();
        assertThat(api.get("/api/v1/jobs", "Cookie", cookie).statusCode()).isEqualTo(401);
        TenantCache cache = TenantCache.make("{}");
        assertThat(api.get("/" + cache.tenant() + "/ci/nix-cache-info", "Cookie", cookie)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void takesNoAuthorizationHeaderForALogIn() throws Exception {
        HttpResponse<String> answer = api.get(ROOT, "Authorization", "Bearer " + ApiClient.token());
        assertThat(answer.body()).contains("<h1>Log in</h1>");
    }

    @Test
    void aLogInGivesANewIdAndEndsTheFormerSession() throws Exception {
        console.logIn(ApiClient.token());
        String first = console.cookie(SESSION);
        console.get(ROOT);
        // who is logged in logs in again: the form of that is another one
        ConsoleClient again = new ConsoleClient();
        again.get(ROOT);
        again.setCookie(SESSION, first);
        assertThat(again.post(ROOT, "do", "log-in", "token", ApiClient.token()).statusCode())
                .isEqualTo(303);
        assertThat(again.cookie(SESSION)).isNotEqualTo(first);
        assertThat(again.get(ROOT).body()).contains("<h1>Overview</h1>");
        assertThat(console.get(ROOT).body()).contains("<h1>Log in</h1>");
    }

    @Test
    void anIdThatSomebodyElseHasChosenIsNoSession() throws Exception {
        String chosen = "A".repeat(43);
        console.setCookie(SESSION, chosen);
        console.logIn(ApiClient.token());
        assertThat(console.cookie(SESSION)).isNotEqualTo(chosen);
        ConsoleClient attacker = new ConsoleClient();
        attacker.setCookie(SESSION, chosen);
        assertThat(attacker.get(ROOT).body()).contains("<h1>Log in</h1>");
    }

    @Test
    void takesNoFormOfAnotherSite() throws Exception {
        String url = System.getProperty("it.url");
        String otherPort = url.replaceFirst(":[0-9]+$", ":1");
        String tls = url.replaceFirst("^http:", "https:");
        for (String origin : List.of("", "null", "https://evil.example", url + ".evil", url + "/", otherPort, tls)) {
            console.get(ROOT);
            HttpResponse<String> answer = console.postFrom(origin, ROOT, "do", "log-in", "token", ApiClient.token());
            assertThat(answer.statusCode()).as(origin).isEqualTo(403);
            assertThat(answer.headers().allValues("Set-Cookie"))
                    .as(origin)
                    .noneMatch(cookie -> cookie.startsWith(SESSION));
        }
        console.logIn(ApiClient.token());
        console.get(ROOT);
        assertThat(console.postFrom("https://evil.example", ROOT, "do", "log-out")
                        .statusCode())
                .isEqualTo(403);
        assertThat(console.get(ROOT).body()).contains("<h1>Overview</h1>");
    }

    @Test
    void takesNoFormWithoutTheTokenOfItsSession() throws Exception {
        console.logIn(ApiClient.token());
        ConsoleClient other = new ConsoleClient();
        other.logIn(ApiClient.token());
        other.get(ROOT);
        other.setCookie(SESSION, console.cookie(SESSION));
        assertThat(other.post(ROOT, "do", "log-out").statusCode()).isEqualTo(403);
        assertThat(console.get(ROOT).body()).contains("<h1>Overview</h1>");
    }

    @Test
    void aWrongTokenOpensNothingAndIsRecorded() throws Exception {
        HttpResponse<String> answer = console.logIn("narthex_wrong");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body())
                .contains("The token is not one of this server")
                .doesNotContain("narthex_wrong");
        assertThat(console.cookie(SESSION)).isEmpty();
        // refusals are written down some seconds later
        List<String> recorded = List.of();
        for (int i = 0; i < 600 && recorded.isEmpty(); i++) {
            recorded = Rows.ofServer()
                    .texts("select detail ->> 'kind' from audit.events"
                            + " where action = 'token-refused' and detail ->> 'url' = '/console'");
            Thread.sleep(100);
        }
        assertThat(recorded).contains("wrong");
    }

    @Test
    void aSessionEndsWithItsToken() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        JsonNode token = ApiClient.json(api.asAdministrator(
                "POST", "/api/v1/tenants/" + cache.tenant() + "/tokens", "{\"scopes\":[\"pull\"]}"));
        console.logIn(token.path("token").asText());
        assertThat(console.get(ROOT).body()).contains("<h1>Overview</h1>", cache.tenant() + "/ci");
        api.asAdministrator(
                "DELETE",
                "/api/v1/tenants/" + cache.tenant() + "/tokens/"
                        + token.path("id").asText());
        HttpResponse<String> after = console.get(ROOT);
        assertThat(after.body()).contains("<h1>Log in</h1>", "ended with its token");
        assertThat(console.cookie(SESSION)).isEmpty();
    }

    @Test
    void aSessionEndsWhenItIsLeftAloneAndWhenItIsOld() throws Exception {
        Rows rows = Rows.ofServer();
        for (String aged : List.of("used_at = now() - interval '31 min'", "created_at = now() - interval '481 min'")) {
            console.logIn(ApiClient.token());
            assertThat(console.get(ROOT).body()).contains("<h1>Overview</h1>");
            assertThat(rows.change("update console_session set " + aged)).isPositive();
            assertThat(console.get(ROOT).body()).contains("<h1>Log in</h1>");
        }
        new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run("sweep-sessions");
        assertThat(rows.texts("select 1 from console_session where used_at < now() - interval '30 min'"))
                .isEmpty();
    }

    @Test
    void keepsNothingOfATokenThatOpensAnything() throws Exception {
        console.logIn(ApiClient.token());
        List<String> kept = Rows.ofServer()
                .texts("select encode(id_hash, 'hex') || encode(token_proof, 'hex') from console_session"
                        + " where token_id is null order by created_at desc limit 1");
        assertThat(kept).singleElement().asString().hasSize(128);
        assertThat(Rows.ofServer()
                        .texts(
                                "select 1 from console_session where id_hash = sha256(cast(? as bytea)) or token_proof"
                                        + " = sha256(cast(? as bytea))",
                                ApiClient.token().getBytes(StandardCharsets.UTF_8),
                                ApiClient.token().getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void makesNoHttpSessionAndNoFrame() throws Exception {
        HttpResponse<String> form = console.get(ROOT);
        console.logIn(ApiClient.token());
        for (HttpResponse<String> answer : List.of(form, console.get(ROOT), console.get(ROOT + "/none"))) {
            assertThat(answer.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.contains("JSESSIONID"));
            assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
            assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
            String policy =
                    answer.headers().firstValue("Content-Security-Policy").orElseThrow();
            assertThat(policy)
                    .contains("default-src 'none'", "frame-ancestors 'none'", "script-src 'nonce-")
                    .doesNotContain("unsafe");
            String nonce = policy.replaceFirst(".*script-src 'nonce-([^']+)'.*", "$1");
            assertThat(answer.body()).contains("nonce=\"" + nonce + "\"").doesNotContain("onclick", "<style");
        }
    }

    @Test
    void isNotAtTheHostOfACache() throws Exception {
        String host = "console-" + ProcessHandle.current().pid() + ".example";
        TenantCache cache = TenantCache.make("{\"virtualHosts\":[\"" + host + "\"]}");
        WireClient.Answer answer = WireClient.toServer().at(host).get(ROOT);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(WireClient.toServer()
                        .get("/" + cache.tenant() + "/ci/console")
                        .status())
                .isIn(401, 404);
    }
}
