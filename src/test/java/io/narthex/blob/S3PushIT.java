package io.narthex.blob;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixClient;
import io.narthex.it.NixStore;
import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A push from the real Nix onto S3, and what becomes of it there. */
class S3PushIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void keepsPathsInABucketAsInFiles() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        byte[] noise = new byte[20_000_000];
        new Random(20).nextBytes(noise);
        StorePath large = builder.add("large", noise);
        StorePath top = builder.evaluate(
                "builtins.toFile \"top\" \"refers to ${builtins.storePath \"" + NixStore.path(large) + "\"}\"");
        try (S3Server s3 = new S3Server();
                OwnServer server = OwnServer.start(directory, settings(s3))) {
            TenantCache cache = server.cache("{}");
            cache.push(builder, top, "none");
            assertThat(s3.names()).hasSize(2).allMatch(name -> name.startsWith("some/prefix/"));
            assertThat(s3.uploads()).isZero();

            NixClient client = new NixClient(directory.resolve("client"), cache.urlWithToken(), cache.keys());
            client.copy(top);
            client.store().verifyContents();
            client.run("nix", "store", "verify", "--recursive", "--store", cache.urlWithToken(), NixStore.path(top));

            NarInfo info =
                    NarInfoReader.read(cache.get(large.hash() + ".narinfo").body());
            byte[] nar = builder.dump(large);
            HttpResponse<byte[]> part =
                    cache.send("GET", info.url(), new byte[0], cache.token(), "Range", "bytes=15000000-15000099");
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(part.body()).isEqualTo(Arrays.copyOfRange(nar, 15_000_000, 15_000_100));
            assertThat(cache.get("serve/" + top.hash() + "/").body())
                    .asString(StandardCharsets.UTF_8)
                    .startsWith("refers to ");
            // pushed again: read, found known, and nothing of it stays
            assertThat(cache.put(info.url(), nar).statusCode()).isEqualTo(200);
            assertThat(s3.names()).hasSize(2);
            // refused half way: nothing of it stays either
            nar[19_000_000] ^= 1;
            assertThat(cache.put(info.url(), nar).statusCode()).isEqualTo(400);
            assertThat(s3.names()).hasSize(2);
            assertThat(s3.uploads()).isZero();

            cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/" + top.hash(), "");
            assertThat(cache.get(top.hash() + ".narinfo").statusCode()).isEqualTo(404);
            server.rows().change("update staged_nar set received_at = received_at - interval '25 hours'");
            server.rows().change("update blob set stored_at = stored_at - interval '25 hours'");
            server.jobs().run("sweep");
            assertThat(s3.names()).hasSize(2);
            server.rows().change("update doomed_blob set doomed_at = doomed_at - interval '2 hours'");
            server.jobs().run("sweep");
            assertThat(s3.names()).hasSize(1);
            assertThat(cache.get(info.url()).body()).hasSize(nar.length);
        }
    }

    static Map<String, String> settings(S3Server s3) {
        return Map.of(
                "NARTHEX_BLOBS",
                "s3://" + S3Server.BUCKET + "/some/prefix",
                "NARTHEX_S3_ENDPOINT",
                s3.location("").endpoint().orElseThrow().toString(),
                "AWS_ACCESS_KEY_ID",
                S3Server.KEY,
                "AWS_SECRET_ACCESS_KEY",
                S3Server.SECRET);
    }
}
