package io.narthex.browse;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Browser;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** What the first page of a cache does in a real browser. */
@ExtendWith(SharedServer.class)
class HomePageIT {
    private final NixStore store = NixStore.served();

    private Browser browser;
    private TenantCache cache;
    private StorePath path;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = TenantCache.make("{\"visibility\":\"public\"}");
        path = store.add("found-while-typing", "in " + cache.tenant());
        cache.push(store, path, "none");
        browser = Browser.start();
        browser.look(1400, false);
    }

    @AfterEach
    void haveScriptAgain() {
        browser.driver().executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", false));
        assertThat(browser.complaints()).isEmpty();
    }

    private void await(String text) throws InterruptedException {
        browser.await(By.id("found"), text);
    }

    @Test
    void searchesWhileSomebodyTypes() throws Exception {
        browser.driver().get(cache.url());

        browser.driver().findElement(By.id("q")).sendKeys("while-t");
        await(path.baseName());
        assertThat(browser.driver().getCurrentUrl()).endsWith("?q=while-t");
        browser.driver().findElement(By.id("q")).sendKeys("<b>&'\"");
        await("Nothing here fits that");
        browser.driver()
                .findElement(By.id("q"))
                .sendKeys(Keys.chord(Keys.CONTROL, "a"), path.hash().toString());
        await(path.baseName());

        browser.driver().findElement(By.partialLinkText(path.baseName())).click();
        assertThat(browser.driver().getPageSource()).contains("in " + cache.tenant());
    }

    @Test
    void copiesTheTwoLines() throws Exception {
        browser.driver()
                .executeCdpCommand(
                        "Browser.grantPermissions",
                        Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
        browser.driver().get(cache.url());

        browser.driver().findElement(By.id("copy")).click();

        browser.await(By.id("copied"), "Copied");
        assertThat(browser.driver()
                        .executeAsyncScript("navigator.clipboard.readText().then(arguments[0], arguments[0])"))
                .isEqualTo("extra-substituters = " + cache.url() + "\nextra-trusted-public-keys = " + cache.keys());
    }

    @Test
    void doesTheSameWithoutScript() throws Exception {
        browser.driver().executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", true));
        browser.driver().get(cache.url());

        assertThat(browser.driver().findElement(By.id("copy")).isDisplayed()).isFalse();
        browser.driver().findElement(By.id("q")).sendKeys("WHILE-typing");
        browser.driver().findElement(By.cssSelector("form button")).click();

        await(path.baseName());
        assertThat(browser.driver().findElement(By.id("q")).getAttribute("value"))
                .isEqualTo("WHILE-typing");
    }
}
