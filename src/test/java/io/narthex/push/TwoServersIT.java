package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.store.StorePath;
import io.narthex.serve.LauncherProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two servers on one database: what one does, the other knows. */
@ExtendWith(SharedServer.class)
class TwoServersIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int PATHS = 15;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private String second = "";

    @Test
    void knowEachOthersChanges() throws Exception {
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        Path home = Path.of(System.getProperty("it.home"));
        settings.put("NARTHEX_DB_URL", System.getProperty("it.db.url"));
        settings.put("NARTHEX_DB_USER", System.getProperty("it.db.user"));
        settings.put("NARTHEX_DB_PASSWORD", System.getProperty("it.db.password"));
        settings.put("NARTHEX_DB_OWNER_USER", System.getProperty("it.db.owner.user"));
        settings.put("NARTHEX_DB_OWNER_PASSWORD", System.getProperty("it.db.owner.password"));
        settings.put("NARTHEX_MASTER_KEY_FILE", home.resolve("master-key").toString());
        settings.put("NARTHEX_ADMIN_TOKEN_FILE", ApiClient.tokenFile().toString());
        settings.put("NARTHEX_BLOBS", "file:" + home.resolve("blobs"));
        settings.put("NARTHEX_NIX_STORE", directory.resolve("none").toString());
        settings.put("NARTHEX_STORE_NAME", "none");
        second = "http://127.0.0.1:" + settings.get("NARTHEX_PORT");
        try (LauncherProcess other = LauncherProcess.start(directory.resolve("home"), settings)) {
            assertThat(other.awaitBanner()).contains("in nix.conf");
            TenantCache cache = TenantCache.make("{}");
            awaitStatus(cache, "nix-cache-info", cache.token(), 200, Duration.ofSeconds(20));

            publishedPathsAreNeverCalledAbsent(cache);
            fullCachesKeepTheirSize();
            revokedKeysAreNamedInNoAnswer(cache);
            deniedPathsAreDark(cache);
            revokedTokensOpenNothingAnyMore(cache);
            deletedCachesAreGone(cache);
        }
    }

    private void publishedPathsAreNeverCalledAbsent(TenantCache cache) throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        List<StorePath> paths = new ArrayList<>();
        for (int i = 0; i < PATHS; i++) {
            StorePath path = builder.evaluate("builtins.toFile \"seen-" + i + "\" \"" + cache.tenant() + "\"");
            assertThat(status(cache, path.hash() + ".narinfo", cache.token())).isEqualTo(404);
            cache.push(builder, path, "none");
            assertThat(status(cache, path.hash() + ".narinfo", cache.token())).isEqualTo(200);
            paths.add(path);
        }
        StorePath gone = paths.getFirst();
        cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/" + gone.hash(), "");
        awaitStatus(cache, gone.hash() + ".narinfo", cache.token(), 404, Duration.ofSeconds(20));
    }

    private void fullCachesKeepTheirSize() throws Exception {
        Random random = new Random();
        long bound = HandPush.small(random).file().length * 10L;
        TenantCache cache = TenantCache.make(
                "{\"quota\":{\"maxBytes\":" + bound + ",\"whenFull\":\"evict\",\"evictAfterMinutes\":0}}");
        awaitStatus(cache, "nix-cache-info", cache.token(), 200, Duration.ofSeconds(20));
        for (int i = 0; i < 40; i++) {
            HandPush push = HandPush.small(random);
            String url = (i % 2 == 0 ? System.getProperty("it.url") : second) + "/" + cache.tenant() + "/ci/";
            assertThat(put(url + push.url(), cache.token(), push.file())).isEqualTo(201);
            assertThat(put(
                            url + push.narInfoUrl(),
                            cache.token(),
                            push.narInfo().getBytes(StandardCharsets.US_ASCII)))
                    .isEqualTo(201);
        }
        String shown = cache.administer("GET", "/api/v1/tenants/" + cache.tenant() + "/caches/ci", "");
        long stored = Long.parseLong(shown.replaceAll("(?s).*\"storedBytes\":(\\d+).*", "$1"));
        assertThat(stored).isBetween(bound / 2, bound);
    }

    private static int put(String url, String token, byte[] body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
                .header("Authorization", "Bearer " + token)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private void revokedKeysAreNamedInNoAnswer(TenantCache cache) throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath inMemory = builder.evaluate("builtins.toFile \"signed\" \"" + cache.tenant() + "\"");
        StorePath inNoMemory = builder.evaluate("builtins.toFile \"unseen\" \"" + cache.tenant() + "\"");
        cache.push(builder, inMemory, "none");
        cache.push(builder, inNoMemory, "none");
        String revoked = "ci." + cache.tenant() + ".";
        String keys = "/api/v1/tenants/" + cache.tenant() + "/caches/ci/keys";
        String name = cache.administer("GET", keys, "").replaceAll("(?s).*?\"name\":\"([^\"]*)\".*", "$1");
        assertThat(name).startsWith(revoked).endsWith("-1");
        assertThat(text(cache, inMemory.hash() + ".narinfo")).contains("\nSig: " + name + ":");

        cache.administer("POST", keys + "/" + name + "/revocation", "{\"reason\":\"leaked\"}");
        Instant end = Instant.now().plusSeconds(20);
        for (String path : List.of(inMemory.hash() + ".narinfo", inNoMemory.hash() + ".narinfo", "public-key")) {
            assertThat(new String(cache.get(path).body(), StandardCharsets.UTF_8))
                    .doesNotContain(name);
            String seen = text(cache, path);
            while (seen.contains(name) && Instant.now().isBefore(end)) {
                Thread.sleep(50);
                seen = text(cache, path);
            }
            assertThat(seen).doesNotContain(name).contains(revoked);
        }
    }

    private void deniedPathsAreDark(TenantCache cache) throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.evaluate("builtins.toFile \"denied\" \"only here " + cache.tenant() + "\"");
        cache.push(builder, path, "none");
        String url = text(cache, path.hash() + ".narinfo").replaceAll("(?s).*\nURL: ([^\n]*).*", "$1");
        List<String> urls = List.of(path.hash() + ".narinfo", url, path.hash() + ".ls", "serve/" + path.hash());
        for (String each : urls) {
            assertThat(status(cache, each, cache.token())).as(each).isEqualTo(200);
        }
        String rule = "/api/v1/tenants/" + cache.tenant() + "/caches/ci/denied/two";

        cache.administer("PUT", rule, "{\"pattern\":\"denied\",\"reason\":\"on both\"}");
        for (String each : urls) {
            assertThat(cache.get(each).statusCode()).as(each).isEqualTo(404);
            awaitStatus(cache, each, cache.token(), 404, Duration.ofSeconds(20));
        }

        cache.administer("DELETE", rule, "");
        for (String each : urls) {
            awaitStatus(cache, each, cache.token(), 200, Duration.ofSeconds(20));
        }
    }

    private void revokedTokensOpenNothingAnyMore(TenantCache cache) throws Exception {
        String token = cache.newToken("\"pull\"");
        awaitStatus(cache, "nix-cache-info", token, 200, Duration.ofSeconds(20));
        cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/tokens/" + token.split("_", -1)[1], "");
        awaitStatus(cache, "nix-cache-info", token, 401, Duration.ofSeconds(20));
    }

    private void deletedCachesAreGone(TenantCache cache) throws Exception {
        cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/caches/ci", "");
        assertThat(cache.get("nix-cache-info").statusCode()).isEqualTo(404);
        awaitStatus(cache, "nix-cache-info", cache.token(), 404, Duration.ofSeconds(20));
    }

    private void awaitStatus(TenantCache cache, String path, String token, int wanted, Duration within)
            throws IOException, InterruptedException {
        Instant end = Instant.now().plus(within);
        int seen = status(cache, path, token);
        while (seen != wanted && Instant.now().isBefore(end)) {
            Thread.sleep(50);
            seen = status(cache, path, token);
        }
        assertThat(seen).as(path).isEqualTo(wanted);
    }

    private String text(TenantCache cache, String path) throws IOException, InterruptedException {
        return ask(cache, path, cache.token()).body();
    }

    private int status(TenantCache cache, String path, String token) throws IOException, InterruptedException {
        return ask(cache, path, token).statusCode();
    }

    /** What the second server says. */
    private HttpResponse<String> ask(TenantCache cache, String path, String token)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(second + "/" + cache.tenant() + "/ci/" + path))
                .header("Authorization", "Bearer " + token)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
