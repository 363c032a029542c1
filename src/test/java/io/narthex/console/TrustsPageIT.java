package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The page of a tenant's trusts lists, makes and deletes them as the API does. */
@ExtendWith(SharedServer.class)
class TrustsPageIT {
    private final ConsoleClient console = new ConsoleClient();
    private TenantCache cache;
    private String page;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = TenantCache.make("{}");
        page = "/console/tenants/" + cache.tenant() + "/trusts";
        cache.administer("PUT", issuer(), "{\"issuer\":\"" + url() + "\"}");
        console.logIn(cache.newToken("\"administer\""));
        console.get(page);
    }

    @AfterEach
    void remove() throws Exception {
        cache.administer("DELETE", issuer(), "");
    }

    private String issuer() {
        return "/api/v1/issuers/" + cache.tenant();
    }

    private String url() {
        return "https://" + cache.tenant() + ".example";
    }

    private HttpResponse<String> make(String name, String claims, String... more) throws Exception {
        String[] fields = {
            "do",
            "make-trust",
            "trust",
            name,
            "issuer",
            url(),
            "audience",
            "https://x.example/" + cache.tenant(),
            "claims",
            claims,
            "scopes-pull",
            "on",
            "ttlSeconds",
            "600",
            more.length > 0 ? more[0] : "caches",
            more.length > 1 ? more[1] : ""
        };
        return console.post(page, fields);
    }

    private JsonNode trusts() throws Exception {
        return ApiClient.json(
                        new ApiClient("").asAdministrator("GET", "/api/v1/tenants/" + cache.tenant() + "/trusts", ""))
                .path("items");
    }

    @Test
    void makesOneShowsItAndDeletesIt() throws Exception {
        HttpResponse<String> made = make("main", "sub=repo:acme/<i>app</i>\nref=refs/heads/main\nref=refs/tags/*");
        assertThat(made.headers().firstValue("Location")).contains(page + "?done=make-trust");
        JsonNode trust = trusts().path(0);
        assertThat(trust.path("claims").path("ref")).hasSize(2);
        assertThat(trust.path("scopes")).hasSize(1);
        assertThat(trust.path("ttlSeconds").asInt()).isEqualTo(600);
        assertThat(console.get(page).body())
                .contains("sub = repo:acme/&lt;i&gt;app&lt;/i&gt;", "ref = refs/heads/main or refs/tags/*", url())
                .contains("\"Delete trust main\"");

        assertThat(console.post(page, "do", "delete-trust", "id", "main").statusCode())
                .isEqualTo(303);
        assertThat(trusts()).isEmpty();
        assertThat(console.post(page, "do", "delete-trust", "id", "main").statusCode())
                .isEqualTo(404);
    }

    @Test
    void saysWhatIsWrongAndKeepsWhatWasTyped() throws Exception {
        HttpResponse<String> nothing = make("main", "");
        assertThat(nothing.statusCode()).isEqualTo(400);
        assertThat(nothing.body())
                .contains(
                        "claims must name one claim at least",
                        "value=\"main\"",
                        "<details class=\"card\" open=\"open\">");
        HttpResponse<String> tooMuch = make("main", "sub=me", "scopes-push", "on");
        assertThat(tooMuch.statusCode()).isEqualTo(403);
        assertThat(tooMuch.body())
                .contains("The token has not the scope push to give", ">sub=me</textarea>")
                .contains("name=\"scopes-push\" checked=\"checked\"");
        assertThat(make("Not A Name", "sub=me").body()).contains("A trust's name is");
        assertThat(make("main", "sub=me").statusCode()).isEqualTo(303);
        console.get(page);
        assertThat(make("main", "sub=you").body()).contains("It is there already");
        assertThat(trusts().path(0).path("claims").path("sub").path(0).asText()).isEqualTo("me");
    }

    @Test
    void isThereForWhoAdministersTheTenant() throws Exception {
        String tenant = "/console/tenants/" + cache.tenant();
        assertThat(console.get(tenant).body()).contains("href=\"" + page + "\"");
        ConsoleClient auditor = new ConsoleClient();
        auditor.logIn(cache.newToken("\"pull\",\"audit\""));
        assertThat(auditor.get(tenant).body()).doesNotContain("href=\"" + page + "\"");
        assertThat(auditor.get(page).statusCode()).isEqualTo(403);
        assertThat(auditor.post(page, "do", "make-trust", "trust", "x").statusCode())
                .isEqualTo(403);
    }
}
