package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The page of a cache: what it shows, to whom, and what it does. */
@ExtendWith(SharedServer.class)
class CachePageIT {
    private static final Pattern SECRET = Pattern.compile("<code id=\"secret\">([^<]+)</code>");
    private static final List<String> ACTIONS =
            List.of("revoke-token", "make-token", "delete-pin", "lift-denial", "revoke-key", "delete-cache");

    private final ConsoleClient console = new ConsoleClient();

    @Test
    void tellsWhatMachinesNeed() throws Exception {
        TenantCache cache = TenantCache.make("{\"quota\":{\"maxBytes\":1000000}}");
        console.logIn(ApiClient.token());
        String page = console.get(page(cache)).body();
        assertThat(page)
                .contains("<h1>" + cache.tenant() + "/ci</h1>")
                .contains("extra-substituters = " + cache.url() + "\nextra-trusted-public-keys = " + cache.keys())
                .contains("of 976.6 KiB; it warns at 85 %", "<progress");
    }

    @Test
    void showsNoActionToWhoMayNotDoIt() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        deny(cache, "x");
        String reader = seenBy(cache, "\"pull\"");
        for (String action : ACTIONS) {
            assertThat(reader).doesNotContain('"' + action + '"');
        }
        assertThat(reader).doesNotContain("Tokens of the tenant");
        String denier = seenBy(cache, "\"pull\",\"deny\"");
        assertThat(denier).contains("\"lift-denial\"").doesNotContain("\"revoke-key\"", "\"delete-cache\"");
        String owner = seenBy(cache, "\"administer\"");
        assertThat(owner)
                .contains("\"revoke-token\"", "\"make-token\"", "\"revoke-key\"", "\"delete-cache\"")
                .doesNotContain("\"lift-denial\"");
    }

    private static String seenBy(TenantCache cache, String scopes) throws Exception {
        ConsoleClient browser = new ConsoleClient();
        browser.logIn(cache.newToken(scopes));
        HttpResponse<String> page = browser.get(page(cache));
        assertThat(page.statusCode()).isEqualTo(200);
        return page.body();
    }

    @Test
    void findsPathsByPartsOfTheirNames(@TempDir Path directory) throws Exception {
        TenantCache cache = TenantCache.make("{}");
        NixStore store = NixStore.in(directory);
        StorePath path = store.add("findable-4.2", "content");
        cache.push(store, path, "none");
        console.logIn(cache.newToken("\"pull\""));
        String paths = page(cache) + "/paths";
        assertThat(console.get(paths).body()).contains("1 path", path.baseName());
        assertThat(console.get(paths + "?q=NDABLE-4&sort=size").body())
                .contains(path.baseName(), "value=\"NDABLE-4\"", "<option value=\"size\" selected=\"selected\">");
        assertThat(console.get(paths + "?q=" + path.hash()).body()).contains(path.baseName());
        assertThat(console.get(paths + "?q=%22%3E%3Cscript%3E").body())
                .contains("Nothing fits", "value=\"&quot;&gt;&lt;script&gt;\"")
                .doesNotContain("\"><script>", path.baseName());
    }

    @Test
    void showsMarkupAsText() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        cache.administer(
                "POST",
                "/api/v1/tenants/" + cache.tenant() + "/tokens",
                "{\"scopes\":[\"pull\"],\"note\":\"<img src=x onerror=alert(1)>\"}");
        deny(cache, "<script>alert(1)</script>");
        console.logIn(ApiClient.token());
        assertThat(console.get(page(cache)).body())
                .contains("&lt;img src=x onerror=alert(1)&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<img src=x", "<script>alert");
        assertThat(console.get(page(cache) + "?done=%3Cscript%3E").body()).doesNotContain("<script>\"");
    }

    @Test
    void makesATokenThatIsShownOnceAndRevokesIt() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        console.logIn(cache.newToken("\"administer\""));
        console.get(page(cache));
        HttpResponse<String> shown =
                console.post(page(cache), "do", "make-token", "note", "from the page", "scope-pull", "on");
        assertThat(shown.statusCode()).isEqualTo(200);
        Matcher secret = SECRET.matcher(shown.body());
        assertThat(secret.find()).isTrue();
        String token = secret.group(1);
        JsonNode who = ApiClient.json(new ApiClient("").as(token, "GET", "/api/v1/whoami", ""));
        assertThat(who.path("note").asText()).isEqualTo("from the page");
        assertThat(who.path("patterns").path(0).asText()).isEqualTo("ci");
        assertThat(console.get(page(cache)).body()).contains("from the page").doesNotContain(token);

        HttpResponse<String> revoked = console.post(
                page(cache), "do", "revoke-token", "id", who.path("id").asText());
        assertThat(revoked.statusCode()).isEqualTo(303);
        assertThat(revoked.headers().firstValue("Location")).contains(page(cache) + "?done=revoke-token");
        assertThat(new ApiClient("").as(token, "GET", "/api/v1/whoami", "").statusCode())
                .isEqualTo(401);
        assertThat(console.get(page(cache) + "?done=revoke-token").body()).contains("The token is revoked");
    }

    @Test
    void givesNoMoreThanTheCallerHas() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        console.logIn(cache.newToken("\"administer\""));
        console.get(page(cache));
        HttpResponse<String> refused = console.post(page(cache), "do", "make-token", "scope-push", "on");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("The token has not the scope push to give");
    }

    @Test
    void whatIsHardToUndoAsksForAFreshLogIn() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        deny(cache, "x");
        String token = cache.newToken("\"pull\",\"deny\"");
        console.logIn(token);
        Rows.ofServer()
                .change(
                        "update console_session set created_at = now() - interval '11 min' where token_id ="
                                + " (select id from token where public_id = ?)",
                        token.substring(8, 24));
        console.get(page(cache));
        HttpResponse<String> asked = console.post(page(cache), "do", "lift-denial", "id", "rule");
        assertThat(asked.statusCode()).isEqualTo(403);
        assertThat(asked.body()).contains("log in again", "value=\"" + page(cache) + "\"");
        assertThat(console.get(page(cache)).body()).contains("lift-denial");

        console.post(page(cache), "do", "lift-denial", "id", "rule");
        HttpResponse<String> in = console.post(ConsoleClient.ROOT, "do", "log-in", "token", token, "next", page(cache));
        assertThat(in.headers().firstValue("Location")).contains(page(cache));
        console.get(page(cache));
        assertThat(console.post(page(cache), "do", "lift-denial", "id", "rule").statusCode())
                .isEqualTo(303);
        assertThat(console.get(page(cache)).body()).contains("no rules of its own");
    }

    @Test
    void deletesTheCacheThatIsNamed() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        console.logIn(ApiClient.token());
        console.get(page(cache));
        assertThat(console.post(page(cache), "do", "delete-cache", "name", "other")
                        .statusCode())
                .isEqualTo(400);
        HttpResponse<String> deleted = console.post(page(cache), "do", "delete-cache", "name", cache.tenant() + "/ci");
        assertThat(deleted.headers().firstValue("Location")).contains(ConsoleClient.ROOT);
        assertThat(console.get(page(cache)).statusCode()).isEqualTo(404);
    }

    private static void deny(TenantCache cache, String reason) throws Exception {
        cache.administer(
                "PUT",
                "/api/v1/tenants/" + cache.tenant() + "/caches/ci/denied/rule",
                "{\"pattern\":\"nothing-*\",\"reason\":\"" + reason + "\"}");
    }

    private static String page(TenantCache cache) {
        return "/console/caches/" + cache.tenant() + "/ci";
    }
}
