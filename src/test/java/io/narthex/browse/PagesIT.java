package io.narthex.browse;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.Browser;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import io.narthex.protocol.Recipes;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every page that people see, in a real browser: narrow and wide, light and dark. Each leaves four pictures in target/screenshots,
 * which are there to be looked at.
 */
@ExtendWith(SharedServer.class)
class PagesIT {
    private static final int NARROW = 400;
    private static final int WIDE = 1400;

    /** As axe weighs its findings. */
    private static final List<String> SERIOUS = List.of("serious", "critical");

    private static Sample sample;

    /** What the pages show. */
    private record Sample(TenantCache cache, StorePath path) {}

    /**
     * One page.
     *
     * @param name of its pictures
     * @param url where TENANT stands for the sample's tenant and HASH for its path
     * @param isForAdministrators whether one has logged in
     * @param isAbsent whether it tells that there is none
     */
    record Page(String name, String url, boolean isForAdministrators, boolean isAbsent) {
        Page(String name, String url) {
            this(name, url, false, false);
        }

        Page(String name, String url, boolean isForAdministrators) {
            this(name, url, isForAdministrators, false);
        }

        /** Of a page that is not there Chromium itself complains, with its URL; of nothing else may be complained. */
        boolean bears(String complaint, String at) {
            return isAbsent && complaint.startsWith(at + " - ") && complaint.contains("404");
        }
    }

    /** A new page is a new row. */
    static List<Page> pages() {
        return List.of(
                new Page("home", "/"),
                new Page("home-of-a-tenant", "/TENANT/ci"),
                new Page("home-found", "/TENANT/ci/?q=pictured"),
                new Page("home-found-nothing", "/?q=%3Cb%3Enothing%3C/b%3E"),
                new Page("files", "/TENANT/ci/serve/HASH/"),
                new Page("console-log-in", "/console"),
                new Page("console-overview", "/console", true),
                new Page("console-path", "/console/caches/TENANT/ci/paths/HASH", true),
                new Page("console-no-path", "/console/caches/TENANT/ci/paths/none", true, true),
                new Page("console-no-tenant", "/console/tenants/no-such-tenant", true, true),
                new Page("console-no-page", "/console/no-such-page", true, true),
                new Page("console-cache", "/console/caches/TENANT/ci", true),
                new Page("console-paths", "/console/caches/TENANT/ci/paths?q=pict", true),
                new Page("console-settings", "/console/caches/TENANT/ci/settings", true),
                new Page("console-trusts", "/console/tenants/TENANT/trusts", true),
                new Page("console-tenant", "/console/tenants/TENANT", true),
                new Page("console-promote", "/console/caches/TENANT/release/promote?from=TENANT/ci&path=HASH", true),
                new Page("console-promote-nothing", "/console/caches/TENANT/release/promote?from=no/such", true),
                new Page("console-upstreams", "/console/upstreams", true),
                new Page("console-jobs", "/console/jobs", true),
                new Page("console-record", "/console/record", true),
                new Page("console-record-of-a-tenant", "/console/tenants/TENANT/record?action=path-published", true));
    }

    @BeforeAll
    @SuppressWarnings("NullAway.Init")
    static void make() throws Exception {
        NixStore store = NixStore.served();
        TenantCache cache = TenantCache.make("{\"visibility\":\"public\"}");
        StorePath path = store.add(Recipes.tree(store, "pictured"));
        cache.push(store, path, "xz");
        String tenant = "/api/v1/tenants/" + cache.tenant();
        cache.administer("PUT", tenant + "/caches/release", "{}");
        cache.administer("PUT", tenant + "/caches/ci/pins/current", "{\"path\":\"" + NixStore.path(path) + "\"}");
        cache.administer(
                "PUT", tenant + "/caches/ci/denied/old", "{\"pattern\":\"openssl-1.*\",\"reason\":\"It has holes\"}");
        cache.administer("PUT", tenant + "/legal-holds/case-7", "{\"cache\":\"ci\",\"reason\":\"A case\"}");
        cache.administer(
                "PUT",
                upstream(cache),
                "{\"url\":\"https://cache.example.org\",\"trustedPublicKeys\":[\"" + cache.keys() + "\"]}");
        cache.administer("PUT", issuer(cache), "{\"issuer\":\"https://ci.example.org\"}");
        cache.administer(
                "PUT",
                tenant + "/trusts/main",
                "{\"issuer\":\"https://ci.example.org\",\"audience\":\"https://cache.example.org/acme\","
                        + "\"claims\":{\"sub\":[\"repo:acme/app:ref:refs/heads/main\"]},\"scopes\":[\"push\"]}");
        sample = new Sample(cache, path);
    }

    @AfterAll
    static void remove() throws Exception {
        sample.cache().administer("DELETE", upstream(sample.cache()), "");
        sample.cache().administer("DELETE", issuer(sample.cache()), "");
    }

    private static String issuer(TenantCache cache) {
        return "/api/v1/issuers/" + cache.tenant();
    }

    private static String upstream(TenantCache cache) {
        return "/api/v1/upstreams/" + cache.tenant();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void isReadableByEverybody(Page page) throws Exception {
        Browser browser = Browser.start();
        if (page.isForAdministrators()) {
            browser.logIn(ApiClient.token());
        }
        String url = System.getProperty("it.url")
                + page.url()
                        .replace("TENANT", sample.cache().tenant())
                        .replace("HASH", sample.path().hash().toString());
        for (int width : new int[] {NARROW, WIDE}) {
            for (boolean dark : new boolean[] {false, true}) {
                String look = page.name() + "-" + width + (dark ? "-dark" : "-light");
                browser.look(width, dark);
                browser.driver().get(url);
                // forms that are folded away are read by everybody too
                browser.driver()
                        .executeScript("document.querySelectorAll('details.card').forEach(d => { d.open = true })");
                assertThat(browser.driver().getTitle()).as(look).isNotBlank();
                assertThat(browser.overhang())
                        .as(look + ": wider than its window")
                        .isZero();
                browser.photograph(look);
                assertThat(browser.faults()).as(look).noneMatch(fault -> SERIOUS.contains(fault.split(" ", 2)[0]));
                assertThat(browser.complaints()).as(look).allMatch(line -> page.bears(line, url));
            }
        }
    }
}
