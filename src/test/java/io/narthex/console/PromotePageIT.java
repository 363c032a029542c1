package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import io.narthex.protocol.Recipes;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The page that tells what goes along with a promotion, and does it. */
@ExtendWith(SharedServer.class)
class PromotePageIT {
    private static final Pattern ID = Pattern.compile("name=\"id\" value=\"([0-9]+)\"");

    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final ConsoleClient console = new ConsoleClient();

    @Test
    void tellsWhatGoesAlongPromotesItAndTakesItBack(@TempDir Path directory) throws Exception {
        TenantCache cache = TenantCache.make("{}");
        NixStore store = NixStore.in(directory);
        StorePath path = store.add(Recipes.tree(store, "promoted"));
        cache.push(store, path, "none");
        String ci = "/console/caches/" + cache.tenant() + "/ci";
        String release = "/console/caches/" + cache.tenant() + "/release";
        cache.administer("PUT", "/api/v1/tenants/" + cache.tenant() + "/caches/release", "{}");
        console.logIn(cache.newToken("\"pull\",\"promote\""));

        String shown = console.get(ci + "/paths/" + path.hash()).body();
        String link = release + "/promote?from=" + cache.tenant() + "/ci&amp;path=" + path.hash();
        assertThat(shown).contains("href=\"" + link + "\"");
        String plan = console.get(link.replace("&amp;", "&")).body();
        assertThat(plan).contains(path.baseName(), "1 path belongs to it; the cache lacks 1 of them", ">comes<");

        HttpResponse<String> done = console.post(
                release + "/promote",
                "do",
                "promote",
                "from",
                cache.tenant() + "/ci",
                "path",
                path.baseName(),
                "note",
                "<b>for June</b>");
        assertThat(done.statusCode()).as(done.body()).isEqualTo(303);
        assertThat(done.headers().firstValue("Location")).contains(release + "?done=promote");
        String page = console.get(release).body();
        assertThat(page).contains("&lt;b&gt;for June&lt;/b&gt;", "visible", cache.tenant() + "/ci");
        awaitStatus(200, cache, path);
        assertThat(console.get(link.replace("&amp;", "&")).body()).contains("the cache lacks 0 of them", ">is there<");

        Matcher id = ID.matcher(page);
        assertThat(id.find()).isTrue();
        assertThat(console.post(release, "do", "undo-promotion", "id", id.group(1))
                        .statusCode())
                .isEqualTo(303);
        awaitStatus(404, cache, path);
        assertThat(console.post(release, "do", "undo-promotion", "id", id.group(1))
                        .statusCode())
                .isEqualTo(404);
    }

    /** What memory answers follows what has changed, a moment later. */
    private static void awaitStatus(int wanted, TenantCache cache, StorePath path) throws Exception {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (status(cache, path) != wanted && System.nanoTime() < end) {
            Thread.sleep(100);
        }
        assertThat(status(cache, path)).isEqualTo(wanted);
    }

    private static int status(TenantCache cache, StorePath path) throws Exception {
        return new ApiClient("")
                .as(ApiClient.token(), "GET", "/" + cache.tenant() + "/release/" + path.hash() + ".narinfo", "")
                .statusCode();
    }

    @Test
    void promotesNothingThatTheReaderMayNotSeeOrThatIsNotThere() throws Exception {
        TenantCache other = TenantCache.make("{}");
        TenantCache cache = TenantCache.make("{}");
        String page = "/console/caches/" + cache.tenant() + "/ci/promote";
        console.logIn(cache.newToken("\"pull\",\"promote\""));
        String hash = "0".repeat(32);
        for (String from : List.of(other.tenant() + "/ci", "none/none", "x", "%3Cscript%3E")) {
            assertThat(console.get(page + "?from=" + from + "&path=" + hash).body())
                    .contains("There is no such cache to promote from")
                    .doesNotContain("<script>", "value=\"promote\"");
            assertThat(console.post(page, "do", "promote", "from", from, "path", hash + "-x")
                            .statusCode())
                    .isEqualTo(404);
        }
        String itself = cache.tenant() + "/ci";
        assertThat(console.get(page + "?from=" + itself + "&path=" + hash).body())
                .contains("has no such path");
        assertThat(console.post(page, "do", "promote", "from", itself, "path", hash + "-x")
                        .statusCode())
                .isEqualTo(409);
        assertThat(console.post(page, "do", "promote", "from", itself, "path", "../x")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void beginsARotationOfTheKey() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        String page = "/console/caches/" + cache.tenant() + "/ci";
        console.logIn(cache.newToken("\"administer\""));
        console.get(page);
        assertThat(console.post(page, "do", "rotate-key").statusCode()).isEqualTo(303);
        assertThat(console.get(page + "?done=rotate-key").body())
                .contains("The rotation is under way", "state-pending");
        assertThat(console.post(page, "do", "rotate-key").statusCode()).isEqualTo(303);
        assertThat(console.get(page).body().split("state-pending", -1)).hasSize(2);
    }
}
