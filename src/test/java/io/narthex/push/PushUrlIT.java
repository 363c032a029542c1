package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.it.WireClient;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.store.StorePath;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code …/push/}: a cache's uploads alone, so that clients push what it lacks and remember nothing of it elsewhere. */
@ExtendWith(SharedServer.class)
class PushUrlIT {
    private static final String SHOWING_THE_STORE = "{\"sources\":[\"local-store\",\"uploads\"]}";

    private final NixStore served = NixStore.served();
    private final WireClient wire = WireClient.toServer();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private static int status(TenantCache cache, String url) throws Exception {
        return cache.get(url).statusCode();
    }

    private static void copy(NixStore from, TenantCache cache, StorePath path, String... more) throws Exception {
        String to = cache.urlWithToken() + "/push";
        List<String> command = List.of("nix", "copy", "--from", from.uri(), "--to", to, NixStore.path(path));
        from.run(Stream.concat(command.stream(), Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void showsNothingOfTheMachinesStoreAndTakesItAsUploads() throws Exception {
        StorePath path = served.add("for-push-url", "for the push URL");
        TenantCache cache = TenantCache.make(SHOWING_THE_STORE);
        HandPush push = HandPush.of(served, path, Compression.NONE);
        String[] urls = {push.narInfoUrl(), push.url(), path.hash() + ".ls", "serve/" + path.hash() + "/"};
        for (int i = 0; i < 2; i++) { // the second time memory answers
            for (String url : urls) {
                assertThat(status(cache, url)).as(url).isEqualTo(200);
                assertThat(status(cache, "push/" + url)).as("push/" + url).isEqualTo(404);
            }
        }

        NixStore pusher = NixStore.in(directory.resolve("pusher"));
        StorePath same = pusher.add("for-push-url", "for the push URL");
        copy(pusher, cache, same);

        for (String url : new String[] {push.narInfoUrl(), path.hash() + ".ls", "serve/" + path.hash() + "/"}) {
            assertThat(status(cache, "push/" + url)).as("push/" + url).isEqualTo(200);
        }
        assertThat(new String(cache.get("push/" + push.narInfoUrl()).body(), StandardCharsets.US_ASCII))
                .contains("Sig: ci." + cache.tenant())
                .isEqualTo(new String(cache.get(push.narInfoUrl()).body(), StandardCharsets.US_ASCII));
        served.delete(path);
        assertThat(status(cache, push.narInfoUrl())).isEqualTo(200);
    }

    @Test
    void needsTheFileAlsoOfWhatTheMachinesStoreHas() throws Exception {
        StorePath path = served.add("push-url-no-file", "without its file");
        TenantCache cache = TenantCache.make(SHOWING_THE_STORE);
        HandPush push = HandPush.of(served, path, Compression.ZSTD);
        String address = new String(cache.get(push.narInfoUrl()).body(), StandardCharsets.US_ASCII)
                .lines()
                .filter(line -> line.startsWith("CA: "))
                .collect(Collectors.joining());
        byte[] info = (push.narInfo() + address + "\n").getBytes(StandardCharsets.US_ASCII);

        assertThat(cache.put(push.narInfoUrl(), info).statusCode()).isEqualTo(200);
        assertThat(cache.put("push/" + push.narInfoUrl(), info).statusCode()).isEqualTo(400);
        assertThat(cache.put("push/" + push.url(), push.file()).statusCode()).isEqualTo(201);
        assertThat(cache.send("HEAD", "push/" + push.url(), new byte[0], cache.token())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void isUnderTheRulesOfTheWholeCache() throws Exception {
        StorePath path = served.add("push-url-other", "one");
        NixStore builder = NixStore.in(directory.resolve("builder"));
        HandPush other = HandPush.of(builder, builder.add("push-url-other", "another"), Compression.NONE);
        TenantCache cache = TenantCache.make(SHOWING_THE_STORE);
        assertThat(cache.put("push/" + other.url(), other.file()).statusCode()).isEqualTo(201);
        String lie = other.narInfo().replace(other.path().baseName(), path.baseName());
        String referring = other.narInfo().replace("References: ", "References: " + path.baseName());

        // what the machine's store says of a path holds, and counts as there
        assertThat(cache.put("push/" + path.hash() + ".narinfo", lie.getBytes(StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(409);
        assertThat(cache.put("push/" + other.narInfoUrl(), referring.getBytes(StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(201);
        // and so does who may do what
        assertThat(cache.send("GET", "push/nix-cache-info", new byte[0], "").statusCode())
                .isEqualTo(401);
        assertThat(cache.send("PUT", "push/" + other.url(), other.file(), cache.newToken("\"pull\""))
                        .statusCode())
                .isEqualTo(403);
        TenantCache stranger = TenantCache.make("{}");
        assertThat(cache.send("GET", "push/nix-cache-info", new byte[0], stranger.token())
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void takesWhatElseAClientSends() throws Exception {
        TenantCache cache = TenantCache.make(SHOWING_THE_STORE);
        String buildId = "debuginfo/" + "0123456789".repeat(4) + ".debug";
        String log = "log/" + "7".repeat(32) + "-pushed.drv";
        byte[] where = "{\"archive\":\"../nar/x\",\"member\":\"y\"}".getBytes(StandardCharsets.US_ASCII);
        byte[] info = "StoreDir: /nix/store\n".getBytes(StandardCharsets.US_ASCII);

        assertThat(cache.put("push/nix-cache-info", info).statusCode()).isEqualTo(200);
        assertThat(cache.put("push/" + buildId, where).statusCode()).isEqualTo(201);
        assertThat(cache.put("push/" + log, "built".getBytes(StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(201);
        for (String url : new String[] {buildId, log}) {
            assertThat(status(cache, url)).isEqualTo(200);
            assertThat(status(cache, "push/" + url)).isEqualTo(200);
        }
    }

    @Test
    void letsAPusherFetchItsOwnPathAndPushAgainWhatWasDeleted() throws Exception {
        NixStore pusher = NixStore.in(directory.resolve("pusher"));
        StorePath path = pusher.build("derivation { name = \"push-url-own\"; system = \"builtin\"; builder ="
                + " \"builtin:buildenv\"; derivations = \"\"; manifest = builtins.toFile \"m\" \"own\"; }");
        TenantCache cache = TenantCache.make("{\"visibility\":\"public\"}");
        copy(pusher, cache, path, "--refresh");
        pusher.delete(path);

        // the same store and home: what Nix remembers of the push is at another URL
        new NixClient(directory.resolve("pusher"), cache.url(), cache.keys()).copy(path);

        cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/" + path.hash(), "");
        assertThat(status(cache, path.hash() + ".narinfo")).isEqualTo(404);
        copy(pusher, cache, path, "--refresh");
        assertThat(status(cache, path.hash() + ".narinfo")).isEqualTo(200);
    }

    @Test
    void standsAtTheDefaultCacheAndAtAHostToo() throws Exception {
        StorePath path = served.add("push-url-default", "of the default cache");
        String info = "/" + path.hash() + ".narinfo";
        assertThat(wire.get(info).status()).isEqualTo(200);
        for (String url : new String[] {"/push", "/default/default/push"}) {
            assertThat(wire.get(url + info).status()).isEqualTo(404);
            assertThat(wire.get(url + "/nix-cache-info").text()).startsWith("StoreDir: /nix/store");
        }

        TenantCache cache = TenantCache.make("{\"visibility\":\"public\",\"sources\":[\"local-store\",\"uploads\"],"
                + "\"virtualHosts\":[\"push-url.example.com\"]}");
        WireClient host = wire.at("push-url.example.com");
        assertThat(host.get(info).status()).isEqualTo(200);
        assertThat(host.get("/push" + info).status()).isEqualTo(404);
        copy(served, cache, path);
        assertThat(host.get("/push" + info).status()).isEqualTo(200);
        assertThat(wire.get("/push" + info).status()).isEqualTo(404);
    }

    @Test
    void leadsToNothingElse() throws Exception {
        TenantCache cache =
                TenantCache.make("{\"visibility\":\"public\",\"virtualHosts\":[\"push-only.example.com\"]}");
        String place = URI.create(cache.url()).getPath();
        for (String url : new String[] {
            "/push/api/v1/whoami", "/push/push/nix-cache-info", "/push" + place + "/nix-cache-info", "/push/console"
        }) {
            assertThat(wire.get(place + url).status()).as(url).isEqualTo(404);
            assertThat(wire.at("push-only.example.com").get(url).status())
                    .as(url)
                    .isEqualTo(404);
        }
        assertThat(wire.get("/push" + place + "/nix-cache-info").status()).isNotEqualTo(200);
        assertThat(wire.get("/push/api/v1/whoami").status()).isNotEqualTo(200);
        // printed URLs are those to fetch from
        assertThat(wire.get(place + "/push/").text())
                .contains("extra-substituters = " + cache.url() + "\n")
                .doesNotContain("/push");
    }
}
