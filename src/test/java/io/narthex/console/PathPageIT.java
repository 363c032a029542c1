package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.Browser;
import io.narthex.it.NixStore;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePath;
import io.narthex.protocol.Recipes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The page of a path: what it shows, and what its reader may do with the path. */
@ExtendWith(SharedServer.class)
class PathPageIT {
    private static final String MARKUP = "<img src=x onerror=alert(1)>&amp;";

    private final NixStore store = NixStore.served();

    private TenantCache cache;
    private StorePath top;
    private StorePath below;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = TenantCache.make("{}");
        top = store.evaluate("builtins.toFile \"paged-top\" \"needs ${builtins.toFile \"paged-below\" \""
                + cache.tenant() + "\"}\"");
        cache.push(store, top, "none");
        below = NarInfoReader.read(cache.get(top.hash() + ".narinfo").body())
                .references()
                .first();
    }

    private String page(StorePath path) {
        return "/console/caches/" + cache.tenant() + "/ci/paths/" + path.hash();
    }

    private Browser look(String token, StorePath path) throws Exception {
        Browser browser = Browser.start();
        browser.look(1400, false);
        browser.logIn(token);
        browser.driver().get(System.getProperty("it.url") + page(path));
        return browser;
    }

    private static List<String> texts(Browser browser, String selector) {
        return browser.driver().findElements(By.cssSelector(selector)).stream()
                .map(WebElement::getText)
                .toList();
    }

    @Test
    void showsWhatItNeedsAndWhatNeedsIt() throws Exception {
        Browser browser = look(ApiClient.token(), top);

        assertThat(texts(browser, "[aria-labelledby=closure] tbody tr td:first-child a"))
                .containsExactly(top.baseName(), below.baseName());
        assertThat(browser.driver().findElements(By.cssSelector("svg rect"))).hasSize(2);
        assertThat(texts(browser, "[aria-labelledby=closure] p").getFirst()).startsWith("2 paths, ");
        assertThat(texts(browser, "[aria-labelledby=signatures] li").getFirst()).contains("received and hashed here");
        browser.driver().findElement(By.linkText(below.baseName())).click();
        browser.await(By.tagName("h1"), below.baseName());

        assertThat(texts(browser, "[aria-labelledby=dependents] a")).containsExactly(top.baseName());
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void showsMarkupInLogsAndNotesAsText() throws Exception {
        StorePath built = store.build(Recipes.environment("paged-" + cache.tenant()));
        cache.push(store, built, "none");
        StorePath deriver = NarInfoReader.read(
                        cache.get(built.hash() + ".narinfo").body())
                .deriver()
                .orElseThrow();
        assertThat(cache.put("log/" + deriver.baseName(), ("a log\n" + MARKUP).getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(201);
        String token = new ApiClient("")
                .as(
                        ApiClient.token(),
                        "POST",
                        "/api/v1/tenants/" + cache.tenant() + "/tokens",
                        "{\"scopes\":[\"pull\"],\"note\":\"" + MARKUP + "\"}")
                .body()
                .replaceFirst(".*\"token\":\"([^\"]*)\".*", "$1");
        String nar =
                NarInfoReader.read(cache.get(built.hash() + ".narinfo").body()).url();
        assertThat(cache.send("GET", nar, new byte[0], token).statusCode()).isEqualTo(200);

        Browser browser = look(ApiClient.token(), built);

        assertThat(texts(browser, "[aria-labelledby=log] pre")).containsExactly("a log\n" + MARKUP);
        for (int i = 0; i < 50 && texts(browser, "[aria-labelledby=fetches] td").isEmpty(); i++) {
            Thread.sleep(500);
            browser.driver().navigate().refresh();
        }
        assertThat(texts(browser, "[aria-labelledby=fetches] td")).anyMatch(cell -> cell.contains(MARKUP));
        assertThat(browser.driver().findElements(By.cssSelector("main img"))).isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void pinsAndDeletesAndDenies() throws Exception {
        Browser browser = look(cache.newToken("\"push\", \"pin\", \"delete\", \"deny\""), below);

        browser.driver().findElement(By.id("pin")).sendKeys("kept");
        browser.driver().findElement(By.id("note")).sendKeys(MARKUP);
        browser.driver().findElement(By.cssSelector("button[value=pin-path]")).click();
        browser.await(By.id("message"), "It is done");
        // what a pin keeps is known once the references of what was pushed are
        new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run("fill-edges");
        browser.driver().get(System.getProperty("it.url") + page(below));
        browser.await(By.cssSelector("[aria-labelledby=retention]"), "The pin kept, revision 1");
        assertThat(cache.administer("GET", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/pins/kept", ""))
                .contains(below.baseName(), MARKUP);

        browser.driver()
                .findElement(By.cssSelector("button[value=delete-path]"))
                .click();
        browser.await(By.id("message"), "Other paths of the cache refer to it");
        assertThat(browser.driver().findElement(By.id("message")).getText()).contains(top.baseName());
        assertThat(cache.get(below.hash() + ".narinfo").statusCode()).isEqualTo(200);

        browser.driver().findElement(By.id("reason")).sendKeys(MARKUP);
        browser.driver().findElement(By.cssSelector("button[value=deny-path]")).click();
        browser.await(By.tagName("h1"), "Overview");
        assertThat(cache.administer(
                        "GET", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/denied/path-" + below.hash(), ""))
                .contains(MARKUP);

        browser.driver().get(System.getProperty("it.url") + page(top));
        browser.driver()
                .findElement(By.cssSelector("button[value=delete-path]"))
                .click();
        browser.await(By.tagName("h1"), "Overview");
        assertThat(cache.get(top.hash() + ".narinfo").statusCode()).isEqualTo(404);
    }

    @Test
    void neitherShowsNorDoesWhatTheReaderMayNot() throws Exception {
        ConsoleClient reader = new ConsoleClient();
        reader.logIn(cache.newToken("\"pull\""));

        String shown = reader.get(page(top)).body();

        assertThat(shown)
                .contains(top.baseName())
                .doesNotContain("pin-path", "delete-path", "deny-path", "Who fetched it");
        for (String action : List.of("pin-path", "delete-path", "deny-path")) {
            assertThat(reader.post(page(top), "do", action, "pin", "x", "reason", "x", "force", "true")
                            .statusCode())
                    .isEqualTo(403);
        }
        assertThat(cache.get(top.hash() + ".narinfo").statusCode()).isEqualTo(200);
        ConsoleClient stranger = new ConsoleClient();
        stranger.logIn(TenantCache.make("{}").newToken("\"pull\""));
        assertThat(stranger.get(page(top)).statusCode()).isEqualTo(404);
    }

    @Test
    void showsTheRecordAsItGrows() throws Exception {
        Browser browser = Browser.start();
        browser.logIn(cache.newToken("\"administer\""));
        browser.driver()
                .get(System.getProperty("it.url") + "/console/tenants/" + cache.tenant()
                        + "/record?action=token-created");
        int before = browser.driver().findElements(By.cssSelector("#events tr")).size();

        new ApiClient("")
                .as(
                        ApiClient.token(),
                        "POST",
                        "/api/v1/tenants/" + cache.tenant() + "/tokens",
                        "{\"scopes\":[\"pull\"],\"note\":\"" + MARKUP + "\"}");

        browser.await(By.id("events"), MARKUP);
        assertThat(browser.driver().findElements(By.cssSelector("#events tr"))).hasSize(before + 1);
        assertThat(browser.driver().findElements(By.cssSelector("main img"))).isEmpty();
        assertThat(texts(browser, "main p").getFirst()).contains("chain");
        browser.driver().findElement(By.id("filter-since")).sendKeys("yesterday");
        browser.driver().findElement(By.cssSelector("form[role=search] button")).click();
        browser.await(By.cssSelector("main p.message"), "since must be a moment");
        assertThat(browser.complaints()).isEmpty();
    }
}
