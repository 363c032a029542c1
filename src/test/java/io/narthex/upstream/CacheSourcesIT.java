package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.Await;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Caches as sources of other caches. */
@ExtendWith(SharedServer.class)
class CacheSourcesIT {
    private final ApiClient client = new ApiClient("/api/v1");

    private HttpResponse<String> put(TenantCache cache, String json) throws Exception {
        return client.asAdministrator("PUT", "/tenants/" + cache.tenant() + "/caches/ci", json);
    }

    private int list(TenantCache cache, String... sources) throws Exception {
        return put(cache, "{\"sources\":[\"uploads\",\"" + String.join("\",\"", sources) + "\"]}")
                .statusCode();
    }

    private static String source(TenantCache cache) {
        return "cache:" + cache.tenant() + "/ci";
    }

    private static String offer(TenantCache to) {
        return "{\"offeredTo\":[\"" + to.tenant() + "\"]}";
    }

    /** Pushes a path of random bytes. */
    private static SamplePath push(TenantCache cache) throws Exception {
        SamplePath path = SamplePath.of("shared", 5_000, "none");
        return push(cache, path);
    }

    private static SamplePath push(TenantCache cache, SamplePath path) throws Exception {
        cache.put(path.info().url(), path.file());
        HttpResponse<byte[]> answer =
                cache.put(path.narInfoUrl(), io.narthex.nix.narinfo.NarInfoWriter.write(path.info()));
        assertThat(answer.statusCode()).isEqualTo(201);
        return path;
    }

    private static int status(TenantCache cache, SamplePath path) throws Exception {
        return cache.get(path.narInfoUrl()).statusCode();
    }

    private static List<String> claims(TenantCache cache, SamplePath path) throws Exception {
        return Rows.ofServer()
                .texts(
                        "select claim from audit.signatures where tenant = ? and path = ?",
                        cache.tenant(),
                        path.info().storePath().baseName());
    }

    @Test
    void showsWhatAPrivateCacheOffersSignedByItsOwnKey() throws Exception {
        TenantCache other = TenantCache.make("{}");
        TenantCache cache = TenantCache.make("{}");
        put(other, offer(cache));
        assertThat(list(cache, source(other))).isEqualTo(200);
        SamplePath path = push(other);

        for (int i = 0; i < 2; i++) {
            HttpResponse<byte[]> answer = cache.get(path.narInfoUrl());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("X-Narthex-Source")).contains(source(other));
            NarInfo info = NarInfoReader.read(answer.body());
            PublicKey key = PublicKey.parse(cache.keys());
            assertThat(info.signatures())
                    .anySatisfy(
                            s -> assertThat(key.verify(Fingerprint.of(info), s)).isTrue());
            HttpResponse<byte[]> nar = cache.get(info.url());
            assertThat(nar.body()).isEqualTo(path.file());
            assertThat(nar.headers().firstValue("X-Narthex-Source")).contains(source(other));
        }
        assertThat(claims(cache, path)).containsExactly("received");
        assertThat(cache.get("push/" + path.narInfoUrl()).statusCode()).isEqualTo(404);
        assertThat(cache.send("GET", path.narInfoUrl(), new byte[0], other.token())
                        .statusCode())
                .isNotEqualTo(200);
    }

    @Test
    void knowsAtOnceWhatIsPushedDeletedAndOfferedNoMore() throws Exception {
        TenantCache other = TenantCache.make("{}");
        TenantCache cache = TenantCache.make("{}");
        put(other, offer(cache));
        list(cache, source(other));
        SamplePath path = SamplePath.of("shared", 5_000, "none");
        assertThat(status(cache, path)).isEqualTo(404);
        assertThat(status(cache, path)).isEqualTo(404);

        push(other, path);
        assertThat(status(cache, path)).isEqualTo(200);
        assertThat(status(cache, path)).isEqualTo(200);
        other.send("DELETE", path.narInfoUrl(), new byte[0], other.token());
        client.asAdministrator(
                "DELETE",
                "/tenants/" + other.tenant() + "/caches/ci/paths/"
                        + path.info().storePath().hash(),
                "");
        assertThat(status(cache, path)).isEqualTo(404);
        SamplePath next = push(other);
        assertThat(status(cache, next)).isEqualTo(200);
        put(other, "{\"offeredTo\":[]}");

        assertThat(status(cache, next)).isEqualTo(404);
        assertThat(cache.get(next.info().url()).statusCode()).isEqualTo(404);
    }

    @Test
    void tellsNobodyOfCachesThatAreNotOffered() throws Exception {
        TenantCache other = TenantCache.make("{}");
        TenantCache cache = TenantCache.make("{}");
        String token = cache.newToken("\"administer\"");
        String url = "/tenants/" + cache.tenant() + "/caches/ci";

        HttpResponse<String> there = client.as(token, "PUT", url, "{\"sources\":[\"" + source(other) + "\"]}");
        HttpResponse<String> none = client.as(token, "PUT", url, "{\"sources\":[\"cache:nobody/none\"]}");

        assertThat(there.statusCode()).isEqualTo(400);
        assertThat(ApiClient.json(there).path("detail").asText().replace(other.tenant() + "/ci", "nobody/none"))
                .isEqualTo(ApiClient.json(none).path("detail").asText());
        put(other, "{\"offeredTo\":[\"*\"]}");
        assertThat(client.as(token, "PUT", url, "{\"sources\":[\"" + source(other) + "\"]}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void showsNothingPrivateInPublicUnlessItIsToBePublished() throws Exception {
        TenantCache closed = TenantCache.make("{}");
        TenantCache open = TenantCache.make("{\"visibility\":\"public\"}");
        put(closed, offer(open));

        assertThat(list(open, source(closed))).isEqualTo(409);
        put(closed, "{\"publish\":true}");
        assertThat(list(open, source(closed))).isEqualTo(200);
        SamplePath path = push(closed);
        assertThat(open.send("GET", path.narInfoUrl(), new byte[0], "").statusCode())
                .isEqualTo(200);
        HttpResponse<String> refused = put(closed, "{\"publish\":false}");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(ApiClient.json(refused).path("cache").asText()).isEqualTo(open.tenant() + "/ci");
        // what it lists itself would be public through it
        TenantCache further = TenantCache.make("{}");
        put(further, offer(closed));
        assertThat(list(closed, source(further))).isEqualTo(409);
        assertThat(put(closed, "{\"visibility\":\"public\",\"publish\":false}").statusCode())
                .isEqualTo(200);
        assertThat(put(closed, "{\"visibility\":\"private\"}").statusCode()).isEqualTo(409);
    }

    @Test
    void refusesCircles() throws Exception {
        TenantCache one = TenantCache.make("{\"offeredTo\":[\"*\"]}");
        TenantCache two = TenantCache.make("{\"offeredTo\":[\"*\"]}");
        TenantCache three = TenantCache.make("{\"offeredTo\":[\"*\"]}");

        assertThat(list(one, source(one))).isEqualTo(409);
        assertThat(list(one, source(two))).isEqualTo(200);
        assertThat(list(two, source(three))).isEqualTo(200);
        HttpResponse<String> circle = put(three, "{\"sources\":[\"" + source(one) + "\"]}");

        assertThat(circle.statusCode()).isEqualTo(409);
        assertThat(circle.body()).contains("circle").doesNotContain(two.tenant());
        SamplePath path = push(three);
        HttpResponse<byte[]> through = one.get(path.narInfoUrl());
        assertThat(through.headers().firstValue("X-Narthex-Source")).contains(source(two));
        assertThat(claims(one, path)).containsExactly("received");
    }

    @Test
    void letsTheOrderOfSourcesCount() throws Exception {
        TenantCache first = TenantCache.make("{\"offeredTo\":[\"*\"]}");
        TenantCache second = TenantCache.make("{\"offeredTo\":[\"*\"]}");
        TenantCache cache = TenantCache.make("{}");
        SamplePath path = push(first);
        push(second, path);

        list(cache, source(first), source(second));
        assertThat(cache.get(path.narInfoUrl()).headers().firstValue("X-Narthex-Source"))
                .contains(source(first));
        list(cache, source(second), source(first));
        assertThat(cache.get(path.narInfoUrl()).headers().firstValue("X-Narthex-Source"))
                .contains(source(second));
    }

    @Test
    void fetchesOnceThroughACacheThatListsAnUpstream() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            TenantCache cache = TenantCache.make("{}");
            put(upstream.cache(), offer(cache));
            list(cache, source(upstream.cache()));
            SamplePath path = upstream.path(50_000);

            HttpResponse<byte[]> answer = cache.get(path.narInfoUrl());
            assertThat(answer.headers().firstValue("X-Narthex-Source")).contains(source(upstream.cache()));
            assertThat(claims(cache, path)).containsExactly("upstream-signature");
            String url = NarInfoReader.read(answer.body()).url();
            assertThat(cache.get(url).body()).isEqualTo(path.file());
            Await.until("received bytes", () -> claims(cache, path).equals(List.of("received")));

            assertThat(cache.get(url).body()).isEqualTo(path.file());
            assertThat(upstream.server().requestsOf("/" + path.info().url())).isEqualTo(1);
        }
    }

    @Test
    void takesNoPushOfAnotherPathThanASourceHasUnlessItMayBeKept() throws Exception {
        TenantCache other = TenantCache.make("{\"offeredTo\":[\"*\"]}");
        TenantCache cache = TenantCache.make("{}");
        list(cache, source(other));
        SamplePath there = push(other);
        SamplePath mine = SamplePath.of("shared", 100, "none");
        byte[] lie = new String(io.narthex.nix.narinfo.NarInfoWriter.write(mine.info()), StandardCharsets.US_ASCII)
                .replace(
                        mine.info().storePath().baseName(),
                        there.info().storePath().baseName())
                .getBytes(StandardCharsets.US_ASCII);
        cache.put(mine.info().url(), mine.file());

        assertThat(cache.put(there.narInfoUrl(), lie).statusCode()).isEqualTo(409);
        String administrator = cache.newToken("\"administer\"");
        String url = "/tenants/" + cache.tenant() + "/caches/ci";
        assertThat(client.as(administrator, "PUT", url, "{\"onUpstreamConflict\":\"keep\"}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(put(cache, "{\"onUpstreamConflict\":\"keep\"}").statusCode()).isEqualTo(200);

        assertThat(cache.put(there.narInfoUrl(), lie).statusCode()).isEqualTo(201);
        assertThat(cache.get(there.narInfoUrl()).headers().firstValue("X-Narthex-Source"))
                .contains("uploads");
    }

    @Test
    void servesRealClients(@TempDir Path directory) throws Exception {
        TenantCache other = TenantCache.make("{\"offeredTo\":[\"*\"]}");
        TenantCache cache = TenantCache.make("{\"visibility\":\"private\"}");
        list(cache, source(other));
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath there = builder.evaluate("builtins.toFile \"there\" \"" + other.tenant() + "\"");
        other.push(builder, there, "xz");
        NixStore reader = NixStore.in(directory.resolve("reader"));

        reader.run(
                "nix",
                "copy",
                "--from",
                cache.urlWithToken(),
                "--to",
                reader.uri(),
                "--option",
                "trusted-public-keys",
                cache.keys(),
                NixStore.path(there));

        assertThat(reader.dump(there)).isEqualTo(builder.dump(there));
    }
}
