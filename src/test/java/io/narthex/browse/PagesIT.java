package io.narthex.browse;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.Browser;
import io.narthex.it.NixStore;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import io.narthex.protocol.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
public class PagesIT {
    private static final int NARROW = 400;
    private static final int WIDE = 1400;

    /** As axe weighs its findings. */
    private static final List<String> SERIOUS = List.of("serious", "critical");

    private static Sample sample;

    /** Somebody else wrote it, and the page has to bear that: it is text whatever stands in it, and nothing breaks it at a space. */
    private static final String AWKWARD = "<b>because</b> " + "of-what-is-long-".repeat(20);

    /**
     * What the pages show.
     *
     * @param auditor a token that reads the record and changes nothing
     */
    private record Sample(TenantCache cache, StorePath path, String auditor) {}

    private enum Reader {
        NOBODY,
        AUDITOR,
        ADMINISTRATOR
    }

    /**
     * One page.
     *
     * @param name of its pictures
     * @param url where TENANT stands for the sample's tenant and HASH for its path
     * @param reader who has logged in
     * @param isAbsent whether it tells that there is none
     */
    record Page(String name, String url, Reader reader, boolean isAbsent) {
        static Page of(String name, String url) {
            return new Page(name, url, Reader.NOBODY, false);
        }

        static Page ofAdministrator(String name, String url) {
            return new Page(name, url, Reader.ADMINISTRATOR, false);
        }

        static Page ofAuditor(String name, String url) {
            return new Page(name, url, Reader.AUDITOR, false);
        }

        static Page absent(String name, String url) {
            return new Page(name, url, Reader.ADMINISTRATOR, true);
        }

        /** Of a page that is not there Chromium itself complains, with its URL; of nothing else may be complained. */
        boolean bears(String complaint, String at) {
            return isAbsent && complaint.startsWith(at + " - ") && complaint.contains("404");
        }
    }

    /** A new page is a new row. */
    static List<Page> pages() {
        return List.of(
                Page.of("home", "/"),
                Page.of("home-of-a-tenant", "/TENANT/ci"),
                Page.of("home-found", "/TENANT/ci/?q=pictured"),
                Page.of("home-found-nothing", "/?q=%3Cb%3Enothing%3C/b%3E"),
                Page.of("files", "/TENANT/ci/serve/HASH/"),
                Page.of("console-log-in", "/console"),
                Page.ofAdministrator("console-overview", "/console"),
                Page.ofAuditor("console-overview-of-an-auditor", "/console"),
                Page.ofAdministrator("console-path", "/console/caches/TENANT/ci/paths/HASH"),
                Page.ofAuditor("console-path-of-an-auditor", "/console/caches/TENANT/ci/paths/HASH"),
                Page.absent("console-no-path", "/console/caches/TENANT/ci/paths/none"),
                Page.absent("console-no-tenant", "/console/tenants/no-such-tenant"),
                Page.absent("console-no-page", "/console/no-such-page"),
                Page.ofAdministrator("console-cache", "/console/caches/TENANT/ci"),
                Page.ofAuditor("console-cache-of-an-auditor", "/console/caches/TENANT/ci"),
                Page.ofAdministrator("console-cache-that-is-new", "/console/caches/TENANT/release"),
                Page.ofAdministrator("console-paths", "/console/caches/TENANT/ci/paths?q=pict"),
                Page.ofAdministrator(
                        "console-paths-by-program", "/console/caches/TENANT/ci/paths?q=bin/portra&sort=size"),
                Page.ofAdministrator("console-paths-nothing", "/console/caches/TENANT/ci/paths?q=no-such-path"),
                Page.ofAdministrator("console-settings", "/console/caches/TENANT/ci/settings?done=set-quota"),
                Page.ofAdministrator("console-trusts", "/console/tenants/TENANT/trusts"),
                Page.ofAdministrator("console-trusts-none", "/console/tenants/default/trusts"),
                Page.ofAdministrator("console-tenant", "/console/tenants/TENANT"),
                Page.ofAdministrator(
                        "console-promote", "/console/caches/TENANT/release/promote?from=TENANT/ci&path=HASH"),
                Page.ofAdministrator("console-promote-nothing", "/console/caches/TENANT/release/promote?from=no/such"),
                Page.ofAdministrator("console-upstreams", "/console/upstreams"),
                Page.ofAdministrator("console-jobs", "/console/jobs"),
                Page.ofAdministrator("console-record", "/console/record"),
                Page.ofAdministrator("console-record-refused", "/console/record?since=yesterday"),
                Page.ofAuditor("console-record-of-a-tenant", "/console/tenants/TENANT/record?action=path-published"));
    }

    /** Those of the console that are there, behind {@code /console}. */
    public static List<String> consoleUrls() {
        return pages().stream()
                .filter(page -> page.reader() != Reader.NOBODY && !page.isAbsent())
                .map(Page::url)
                .toList();
    }

    @BeforeAll
    @SuppressWarnings("NullAway.Init")
    static void make() throws Exception {
        NixStore store = NixStore.served();
        TenantCache cache = TenantCache.make("{\"visibility\":\"public\"}");
        StorePath path = store.add(Recipes.tree(store, "pictured"));
        cache.push(store, path, "xz");
        cache.push(store, store.add(programs(store)), "xz");
        new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run("index-programs");
        String tenant = "/api/v1/tenants/" + cache.tenant();
        cache.administer("PUT", tenant + "/caches/release", "{}");
        cache.administer(
                "PUT",
                tenant + "/caches/ci/pins/current",
                "{\"path\":\"" + NixStore.path(path) + "\",\"note\":\"" + AWKWARD + "\"}");
        cache.administer(
                "PUT",
                tenant + "/caches/ci/denied/old",
                "{\"pattern\":\"openssl-1.*\",\"reason\":\"" + AWKWARD + "\"}");
        cache.administer("PUT", tenant + "/legal-holds/case-7", "{\"cache\":\"ci\",\"reason\":\"" + AWKWARD + "\"}");
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
        sample = new Sample(cache, path, cache.newToken("\"pull\",\"audit\""));
    }

    private static Path programs(NixStore store) throws IOException {
        Path root = Files.createDirectories(store.scratch().resolve("with-programs"));
        Files.writeString(Files.createDirectory(root.resolve("bin")).resolve("portray"), "");
        return root;
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
        switch (page.reader()) {
            case NOBODY -> {}
            case AUDITOR -> browser.logIn(sample.auditor());
            case ADMINISTRATOR -> browser.logIn(ApiClient.token());
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
                assertThat(browser.raggedRows())
                        .as(look + ": other columns than headings")
                        .isEmpty();
                browser.photograph(look);
                assertThat(browser.faults()).as(look).noneMatch(fault -> SERIOUS.contains(fault.split(" ", 2)[0]));
                assertThat(browser.complaints()).as(look).allMatch(line -> page.bears(line, url));
            }
        }
    }
}
