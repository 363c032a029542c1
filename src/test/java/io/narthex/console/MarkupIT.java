package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.Await;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a tenant, a build or a link writes, pages show it as text. */
@ExtendWith(SharedServer.class)
class MarkupIT {
    private static final String MARKUP = "<img src=x onerror=alert(1)>'#{console.formToken}";
    private static final String SHOWN = "&lt;img src=x onerror=alert(1)&gt;";

    private static ConsoleClient console;
    private static TenantCache cache;
    private static StorePath path;

    @BeforeAll
    @SuppressWarnings("NullAway.Init")
    static void make() throws Exception {
        cache = TenantCache.make("{}");
        NixStore store = NixStore.served();
        path = store.add("marked-up", "by " + cache.tenant());
        cache.push(store, path, "none");
        String tenant = "/api/v1/tenants/" + cache.tenant();
        String ci = tenant + "/caches/ci";
        cache.administer("PUT", tenant + "/caches/release", "{}");
        cache.administer("POST", tenant + "/tokens", "{\"scopes\":[\"pull\"],\"note\":\"" + MARKUP + "\"}");
        cache.administer(
                "PUT", ci + "/pins/current", "{\"path\":\"" + NixStore.path(path) + "\",\"note\":\"" + MARKUP + "\"}");
        cache.administer("PUT", ci + "/denied/old", "{\"pattern\":\"none-*\",\"reason\":\"" + MARKUP + "\"}");
        cache.administer(
                "POST",
                tenant + "/caches/release/promotions",
                "{\"from\":\"" + cache.tenant() + "/ci\",\"paths\":[\"" + path.baseName() + "\"],\"note\":\"" + MARKUP
                        + "\"}");
        cache.administer("PUT", tenant + "/legal-holds/case", "{\"cache\":\"ci\",\"reason\":\"" + MARKUP + "\"}");
        cache.administer("PUT", tenant + "/legal-hold", "{\"reason\":\"" + MARKUP + "\"}");
        cache.administer("PUT", issuer(), "{\"issuer\":\"" + url() + "\"}");
        cache.administer(
                "PUT",
                tenant + "/trusts/main",
                "{\"issuer\":\"" + url() + "\",\"audience\":\"" + MARKUP + "\",\"claims\":{\"sub\":[\"" + MARKUP
                        + "\"]},\"scopes\":[\"pull\"]}");
        // as if a build had pushed it: what names the build comes from its service
        Rows.ofServer()
                .change(
                        "insert into token_identity (token_id, tenant_id, public_id, issuer, trust, claims, repository,"
                                + " commit, ref, workflow, run) select t.id, t.tenant_id, t.public_id, ?, 'main', '{}',"
                                + " ?, ?, ?, ?, ? from token t join uploaded_path u on u.published_by = t.id"
                                + " where u.hash = ?",
                        url(),
                        MARKUP,
                        MARKUP,
                        MARKUP,
                        MARKUP,
                        MARKUP,
                        path.hash().toBytes());
        console = new ConsoleClient();
        console.logIn(ApiClient.token());
    }

    @AfterAll
    static void remove() throws Exception {
        cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/legal-hold", "");
        cache.administer("DELETE", issuer(), "");
    }

    private static String issuer() {
        return "/api/v1/issuers/" + cache.tenant();
    }

    private static String url() {
        return "https://" + cache.tenant() + ".example";
    }

    private static String at(String page) {
        return page.replace("TENANT", cache.tenant())
                .replace("HASH", path.hash().toString());
    }

    private static void isText(String page, int times) {
        assertThat(page).doesNotContain("<img src=x").contains(SHOWN, "#{console.formToken}");
        assertThat(Pattern.compile(Pattern.quote(SHOWN)).matcher(page).results().count())
                .isGreaterThanOrEqualTo(times);
    }

    @ParameterizedTest
    @CsvSource({
        // the note of the token and of the pin, the reason of the rule
        "/console/caches/TENANT/ci, 3",
        "/console/caches/TENANT/release, 2",
        "/console/caches/TENANT/ci/paths/HASH, 5",
        "/console/tenants/TENANT, 2",
        "/console/tenants/TENANT/trusts, 2",
    })
    void showsWhatIsWrittenThereAsText(String page, int times) throws Exception {
        isText(console.get(at(page)).body(), times);
    }

    @Test
    void showsTheRecordOfAllOfItAsText() throws Exception {
        String record = at("/console/tenants/TENANT/record");
        Await.until("events of it", () -> console.get(record).body().contains(SHOWN));

        assertThat(console.get(record).body()).doesNotContain("<img src=x");
        assertThat(console.get("/console/record").body()).doesNotContain("<img src=x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/caches/TENANT/ci/paths?q=",
                "/console/caches/TENANT/ci/promote?from=",
                "/console/record?path=",
                "/console/record?since=",
                "/console/tenants/TENANT/record?action="
            })
    void showsWhatALinkAsksForAsText(String link) throws Exception {
        HttpResponse<String> page = console.get(at(link) + URLEncoder.encode(MARKUP, StandardCharsets.UTF_8));

        assertThat(page.statusCode()).isEqualTo(200);
        isText(page.body(), 1);
    }

    @ParameterizedTest
    @CsvSource({
        "/console/tenants/TENANT/trusts, make-trust, trust",
        "/console/tenants/TENANT, set-named-hold, hold",
        "/console/tenants/TENANT, set-tenant-quota, maxBytes",
        "/console/caches/TENANT/ci/settings, set-cache, sources",
        "/console/caches/TENANT/ci/settings, set-quota, maxBytes",
    })
    void showsWhatAFormHeldAsText(String page, String action, String field) throws Exception {
        console.get(at(page));

        HttpResponse<String> refused = console.post(at(page), "do", action, field, MARKUP);

        assertThat(refused.statusCode()).isBetween(400, 499);
        isText(refused.body(), 1);
    }

    @Test
    void theFirstPageShowsWhatWasTypedAsText() throws Exception {
        String page = new ApiClient("")
                .get("/?q=" + URLEncoder.encode(MARKUP, StandardCharsets.UTF_8), "Accept", "text/html")
                .body();

        assertThat(page).doesNotContain("<img src=x").contains(SHOWN);
    }
}
