package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import io.narthex.it.Browser;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The page of a cache's settings changes them and the quota as the API does. */
@ExtendWith(SharedServer.class)
class SettingsPageIT {
    private static final Pattern VERSION = Pattern.compile("name=\"version\" value=\"([^\"]+)\"");
    /** What a browser sends of the form as it is, for a cache that was just made. */
    private static final List<String> AS_IT_IS = List.of(
            "do",
            "set-cache",
            "visibility",
            "private",
            "priority",
            "30",
            "wantMassQuery",
            "on",
            "sources",
            "uploads",
            "entry",
            "push",
            "references",
            "strict",
            "foreignSignatures",
            "keep",
            "minimumAgeHours",
            "0");

    private final ConsoleClient console = new ConsoleClient();
    private TenantCache cache;
    private String page;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = TenantCache.make("{}");
        page = "/console/caches/" + cache.tenant() + "/ci/settings";
        console.logIn(cache.newToken("\"administer\""));
    }

    /** Sends the form with some fields changed, and with the version that the page has now. */
    private HttpResponse<String> set(ConsoleClient by, List<String> form, String... changed) throws Exception {
        List<String> fields = new ArrayList<>(form);
        for (int i = 0; i < changed.length; i += 2) {
            int at = fields.indexOf(changed[i]);
            if (at < 0) {
                fields.addAll(Arrays.asList(changed[i], changed[i + 1]));
            } else {
                fields.set(at + 1, changed[i + 1]);
            }
        }
        if (!fields.contains("version")) {
            fields.addAll(List.of("version", version(by)));
        }
        return by.post(page, fields.toArray(String[]::new));
    }

    private String version(ConsoleClient by) throws Exception {
        Matcher version = VERSION.matcher(by.get(page).body());
        assertThat(version.find()).isTrue();
        return version.group(1).replace("&quot;", "\"");
    }

    private JsonNode now() throws Exception {
        return ApiClient.json(new ApiClient("").asAdministrator("GET", path(), ""));
    }

    private String path() {
        return "/api/v1/tenants/" + cache.tenant() + "/caches/ci";
    }

    @Test
    void changesWhatTheFormHas() throws Exception {
        JsonNode before = now();
        assertThat(set(console, AS_IT_IS).statusCode()).isEqualTo(303);
        assertThat(now()).isEqualTo(before);

        String key = cache.keys();
        HttpResponse<String> changed = set(
                console,
                AS_IT_IS,
                "visibility",
                "public",
                "priority",
                "12",
                "references",
                "lenient",
                "wantMassQuery",
                "",
                "requiredSignatures",
                key,
                "minimumAgeHours",
                "24",
                "offeredTo",
                "beta\r\ngamma",
                "publish",
                "on");
        assertThat(changed.headers().firstValue("Location")).contains(page + "?done=set-cache");
        JsonNode now = now();
        assertThat(now.path("visibility").asText()).isEqualTo("public");
        assertThat(now.path("priority").asInt()).isEqualTo(12);
        assertThat(now.path("references").asText()).isEqualTo("lenient");
        assertThat(now.path("wantMassQuery").asBoolean()).isFalse();
        assertThat(now.path("publish").asBoolean()).isTrue();
        assertThat(now.path("gates").path("requiredSignatures").path(0).asText())
                .isEqualTo(key);
        assertThat(now.path("gates").path("minimumAgeHours").asInt()).isEqualTo(24);
        assertThat(now.path("offeredTo")).hasSize(2);
        assertThat(console.get(page + "?done=set-cache").body()).contains("The settings are changed", key);
    }

    @Test
    void saysWhatIsWrongAndKeepsWhatWasTyped() throws Exception {
        HttpResponse<String> refused = set(console, AS_IT_IS, "priority", "<b>first</b>", "visibility", "public");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body())
                .contains("priority must be a whole number from 0 to 1000000", "value=\"&lt;b&gt;first&lt;/b&gt;\"")
                .contains("<option value=\"public\" selected=\"selected\">");
        assertThat(set(console, AS_IT_IS, "sources", "").body()).contains("sources must have local-store, uploads");
        assertThat(set(console, AS_IT_IS, "sources", "uploads\nelsewhere").body())
                .contains("sources has 'elsewhere'", "uploads\nelsewhere</textarea>");
        assertThat(now().path("visibility").asText()).isEqualTo("private");
    }

    @Test
    void undoesNothingThatAnotherHasChangedMeanwhile() throws Exception {
        String version = version(console);
        cache.administer("PUT", path(), "{\"priority\":5}");
        HttpResponse<String> late = set(console, AS_IT_IS, "version", version, "priority", "7");
        assertThat(late.statusCode()).isEqualTo(412);
        assertThat(late.body()).contains("Somebody has changed it meanwhile", "value=\"7\"");
        assertThat(now().path("priority").asInt()).isEqualTo(5);
        assertThat(set(console, AS_IT_IS, "priority", "7").statusCode()).isEqualTo(303);
    }

    @Test
    void changesTheQuota() throws Exception {
        List<String> quota = List.of("do", "set-quota", "warnAt", "70", "whenFull", "evict", "evictAfterMinutes", "5");
        assertThat(set(console, quota, "maxBytes", "1.5 GiB").statusCode()).isEqualTo(303);
        JsonNode now = now().path("quota");
        assertThat(now.path("maxBytes").asLong()).isEqualTo(3L << 29);
        assertThat(now.path("warnAt").asInt()).isEqualTo(70);
        assertThat(now.path("whenFull").asText()).isEqualTo("evict");
        assertThat(console.get(page).body()).contains("value=\"1536 MiB\"");
        assertThat(set(console, quota, "maxBytes", "plenty").body())
                .contains("maxBytes must be a whole number", "value=\"plenty\"");
        assertThat(set(console, quota, "maxBytes", "").statusCode()).isEqualTo(303);
        assertThat(now().path("quota").path("maxBytes").isNull()).isTrue();
    }

    @Test
    void leavesToTheServersAdministratorWhatIsTheirs() throws Exception {
        assertThat(console.get(page).body()).doesNotContain("virtualHosts");
        HttpResponse<String> refused =
                set(console, AS_IT_IS, "server", "on", "virtualHosts", "a.example", "onUpstreamConflict", "refuse");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("Only the server's administrator may change virtualHosts");
        assertThat(set(console, AS_IT_IS, "sources", "local-store\nuploads").statusCode())
                .isEqualTo(403);
        ConsoleClient root = new ConsoleClient();
        root.logIn(ApiClient.token());
        String host = cache.tenant() + ".example";
        assertThat(set(root, AS_IT_IS, "server", "on", "virtualHosts", host, "onUpstreamConflict", "keep")
                        .statusCode())
                .isEqualTo(303);
        assertThat(now().path("virtualHosts").path(0).asText()).isEqualTo(host);
        assertThat(now().path("onUpstreamConflict").asText()).isEqualTo("keep");
        // whoever may not change them leaves them as they are
        assertThat(set(console, AS_IT_IS, "priority", "9").statusCode()).isEqualTo(303);
        assertThat(now().path("virtualHosts")).hasSize(1);
    }

    @Test
    void isThereForWhoAdministersTheCache() throws Exception {
        String cachePage = "/console/caches/" + cache.tenant() + "/ci";
        assertThat(console.get(cachePage).body()).contains("href=\"" + page + "\"");
        ConsoleClient reader = new ConsoleClient();
        reader.logIn(cache.newToken("\"pull\",\"gate\",\"audit\""));
        assertThat(reader.get(cachePage).body()).doesNotContain("href=\"" + page + "\"");
        assertThat(reader.get(page).statusCode()).isEqualTo(403);
        assertThat(reader.post(page, "do", "set-quota", "maxBytes", "1").statusCode())
                .isEqualTo(403);
        assertThat(console.postFrom("https://evil.example", page, "do", "set-quota", "maxBytes", "1")
                        .statusCode())
                .isEqualTo(403);
        assertThat(now().path("quota").path("maxBytes").isNull()).isTrue();
    }

    @Test
    void worksInARealBrowser() throws Exception {
        Browser browser = Browser.start();
        browser.logIn(cache.newToken("\"administer\""));
        browser.driver().get(System.getProperty("it.url") + page);
        WebElement priority = browser.driver().findElement(By.id("priority"));
        priority.clear();
        priority.sendKeys("soon");
        browser.driver()
                .findElement(By.cssSelector("#references option[value=lenient]"))
                .click();
        browser.driver().findElement(By.cssSelector("button[value=set-cache]")).click();
        browser.await(By.id("message"), "priority must be a whole number");
        priority = browser.driver().findElement(By.id("priority"));
        assertThat(priority.getDomProperty("value")).isEqualTo("soon");
        priority.clear();
        priority.sendKeys("17");
        browser.driver().findElement(By.cssSelector("button[value=set-cache]")).click();
        browser.await(By.id("message"), "The settings are changed");
        assertThat(now().path("priority").asInt()).isEqualTo(17);
        assertThat(now().path("references").asText()).isEqualTo("lenient");
    }
}
