package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Browser;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** What an auditor finds in the console, in a real browser: all that happened, and nothing to change. */
@ExtendWith(SharedServer.class)
class AuditorPagesIT {
    private static final By BUTTONS = By.cssSelector("button[name=do]");

    @Test
    void readsWhatThereIsAndWhatHappenedAndHasNothingToPress(@TempDir Path directory) throws Exception {
        TenantCache cache = TenantCache.make("{}");
        NixStore store = NixStore.in(directory);
        StorePath path = store.add("audited", "content of " + cache.tenant());
        cache.push(store, path, "none");
        Browser browser = Browser.start();
        browser.logIn(cache.newToken("\"pull\",\"audit\""));
        String tenant = System.getProperty("it.url") + "/console/tenants/" + cache.tenant();
        String page = System.getProperty("it.url") + "/console/caches/" + cache.tenant() + "/ci";

        browser.driver().get(tenant);
        browser.driver().findElement(By.linkText("What happened in it")).click();
        browser.await(By.id("events"), "path-published");
        assertThat(buttons(browser)).containsExactly("log-out");
        assertThat(text(browser, By.tagName("main"))).contains("chain").contains("Export what fits the filter");

        browser.driver().get(page + "/paths/" + path.hash());
        assertThat(text(browser, By.tagName("main"))).contains("Who fetched it last", "Signatures", "What it needs");
        assertThat(buttons(browser)).containsExactly("log-out");

        for (String other : List.of(page, page + "/paths", tenant)) {
            browser.driver().get(other);
            assertThat(buttons(browser)).as(other).containsExactly("log-out");
        }
        assertThat(text(browser, By.tagName("nav"))).doesNotContain("Jobs", "Record", "Upstreams");
    }

    private static List<String> buttons(Browser browser) {
        return browser.driver().findElements(BUTTONS).stream()
                .map(button -> String.valueOf(button.getDomAttribute("value")))
                .toList();
    }

    private static String text(Browser browser, By element) {
        WebElement found = browser.driver().findElement(element);
        return String.valueOf(found.getDomProperty("textContent"));
    }
}
