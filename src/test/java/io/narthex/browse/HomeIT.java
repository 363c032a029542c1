package io.narthex.browse;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /}: what people see who open the URL, in a browser or in a terminal. */
@ExtendWith(SharedServer.class)
class HomeIT {
    private static final String BROWSER = "Accept: text/html,application/xhtml+xml,*/*;q=0.8";
    private static final String CURL = "Accept: */*";

    private final WireClient wire = WireClient.toServer();

    private static String auth(TenantCache cache) {
        return "Authorization: Bearer " + cache.token();
    }

    @Test
    void tellsTheTwoLinesOfNixConf() throws Exception {
        Answer answer = wire.get("/", BROWSER);

        assertThat(answer.header("Content-Type")).isEqualTo("text/html;charset=utf-8");
        assertThat(answer.text())
                .contains("extra-substituters = " + System.getProperty("it.url"))
                .contains("extra-trusted-public-keys = "
                        + wire.get("/public-key").text().strip())
                .contains("href=\"" + System.getProperty("it.url") + "/console\"");
    }

    @Test
    void isTextForATerminal() throws Exception {
        Answer answer = wire.get("/", CURL);

        assertThat(answer.header("Content-Type")).isEqualTo("text/plain;charset=utf-8");
        assertThat(answer.text())
                .startsWith("default/default\n")
                .contains("\nextra-substituters = " + System.getProperty("it.url") + "\n")
                .contains("\nextra-trusted-public-keys = "
                        + wire.get("/public-key").text().strip() + "\n")
                .contains("/console\n")
                .doesNotContain("<", "&");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/"})
    void isThereForEveryCache(String end) throws Exception {
        TenantCache cache = TenantCache.make("{}");

        String page = wire.get("/" + cache.tenant() + "/ci" + end, BROWSER, auth(cache))
                .text();

        assertThat(page)
                .contains("extra-substituters = " + cache.url() + "\nextra-trusted-public-keys = " + cache.keys())
                .contains("Reading it needs a token")
                .contains("action=\"/" + cache.tenant() + "/ci/\"");
        assertThat(wire.get("/" + cache.tenant() + "/ci" + end, CURL, auth(cache))
                        .text())
                .contains("\nextra-substituters = " + cache.url() + "\n");
    }

    @Test
    void leadsFromAHostOfItsOwnToNoConsole() throws Exception {
        String host = "home-" + ProcessHandle.current().pid() + ".example";
        TenantCache.make("{\"visibility\":\"public\",\"virtualHosts\":[\"" + host + "\"]}");

        for (String accept : new String[] {BROWSER, CURL}) {
            String page = wire.at(host).get("/", accept).text();
            assertThat(page)
                    .contains("extra-substituters = http://" + host)
                    .doesNotContain("/console", "default/default");
        }
        assertThat(wire.at(host).get("/", BROWSER).text()).contains("action=\"/\"");
    }

    /** Its own two are in the page, and the policy has their hashes: no other runs, wherever it may come from. */
    @Test
    void runsItsOwnScriptAlone() throws Exception {
        Answer answer = wire.get("/", BROWSER);

        Matcher script =
                Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL).matcher(answer.text());
        Matcher style = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL).matcher(answer.text());
        assertThat(script.find() && style.find()).isTrue();
        assertThat(answer.header("Content-Security-Policy"))
                .contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")
                .contains("script-src '" + hash(script.group(1)) + "';")
                .contains("style-src '" + hash(style.group(1)) + "';")
                .doesNotContain("unsafe");
        assertThat(script.find()).isFalse();
        assertThat(answer.text()).doesNotContainPattern(" on[a-z]+=|style=|src=");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    private static String hash(String text) throws Exception {
        return "sha256-"
                + Base64.getEncoder()
                        .encodeToString(
                                MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void showsWhatIsLookedForAsText() throws Exception {
        Answer answer = wire.get("/?q=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E%27%26", BROWSER);

        assertThat(answer.text())
                .contains("value=\"&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&amp;\"")
                .contains("Nothing here fits that")
                .doesNotContain("<img");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/?q=%00", "/?q=%F0%9F%98%80", "/?q=%25", "/?q=a&q=b", "/?Q=hello", "/?", "/?q="})
    void answersWhateverIsLookedFor(String url) throws Exception {
        assertThat(wire.get(url, BROWSER).status()).isIn(200, 400);
        assertThat(wire.get(url + "a".repeat(3000), BROWSER).status()).isIn(200, 400);
    }

    @Test
    void repeatsNoHostThatIsNone() throws Exception {
        Answer answer = wire.get("/", "X-Forwarded-Host: evil.example.com", "X-Forwarded-Proto: gopher");

        assertThat(answer.text()).doesNotContain("evil", "gopher");
    }

    @Test
    void mayBeKeptForItsHostAndFormAlone() throws Exception {
        assertThat(wire.get("/").header("Vary")).isEqualTo("Host, Accept");
        assertThat(wire.get("/").header("Cache-Control")).isEqualTo("public, max-age=300");
        assertThat(wire.get("/?q=x").header("Cache-Control")).isEqualTo("public, max-age=5");
        TenantCache closed = TenantCache.make("{}");
        assertThat(wire.get("/" + closed.tenant() + "/ci/", auth(closed)).header("Cache-Control"))
                .startsWith("private");
    }
}
