package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.store.StorePath;
import io.narthex.receive.Upload;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of bytes that nobody needs: the jobs sweep, merge-blobs and purge. Nobody waits for a day: rows and files are
 * made as old as they have to be.
 */
@ExtendWith(SharedServer.class)
class LeftBehindIT {
    private static final Path BLOBS = Path.of(System.getProperty("it.home", "."), "blobs");

    private final Rows rows = Rows.ofServer();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private NixStore builder;
    private TenantCache cache;
    private ServerJobs jobs;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        builder = NixStore.in(directory.resolve("builder"));
        cache = TenantCache.make("{}");
        jobs = new ServerJobs(System.getProperty("it.url"), ApiClient.token());
    }

    private HandPush made(String name) throws Exception {
        StorePath path =
                builder.evaluate("builtins.toFile \"" + name + "\" \"" + name + " of " + cache.tenant() + "\"");
        return HandPush.of(builder, path, Compression.ZSTD);
    }

    private HandPush staged(String name) throws Exception {
        HandPush push = made(name);
        assertThat(push.putNar(cache)).isEqualTo(201);
        awaitStaged(cache, push);
        return push;
    }

    private HandPush published(String name) throws Exception {
        HandPush push = staged(name);
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        return push;
    }

    /** Until the file that was received is durable and has its rows. */
    private void awaitStaged(TenantCache in, HandPush push) throws Exception {
        assertThat(in.send("HEAD", push.url(), new byte[0], in.token()).statusCode())
                .isEqualTo(200);
    }

    /** Keys of all rows of a file. */
    private List<String> keys(HandPush push) throws Exception {
        return rows.texts("select storage_key from blob where file_hash = ? order by id", (Object)
                Upload.sha256(push.file()).bytes());
    }

    private static Path file(String key) {
        return BLOBS.resolve(key.substring(0, 1)).resolve(key.substring(1, 2)).resolve(key);
    }

    private void stagedSince(HandPush push, String interval) throws Exception {
        assertThat(rows.change(
                        "update staged_nar set received_at = now() - ?::interval where file_name = ?",
                        interval,
                        push.url().substring("nar/".length())))
                .isPositive();
    }

    private void storedSince(HandPush push, String interval) throws Exception {
        rows.change(
                "update blob set stored_at = now() - ?::interval where file_hash = ?",
                interval,
                Upload.sha256(push.file()).bytes());
    }

    private void doomedSince(String key, String interval) throws Exception {
        assertThat(rows.change(
                        "update doomed_blob set doomed_at = now() - ?::interval where storage_key = ?", interval, key))
                .isEqualTo(1);
    }

    private boolean isDoomed(String key) throws Exception {
        return !rows.texts("select 1 from doomed_blob where storage_key = ?", key)
                .isEmpty();
    }

    /** As after somebody has changed rows by hand: no storage has anything under it. */
    @Test
    void aRowThatNamesNoFileAtAllGoesToo() throws Exception {
        String key = "../no-key-of-" + cache.tenant();
        rows.change("insert into doomed_blob (storage_key) values (?)", key);
        doomedSince(key, "2 hours");

        jobs.run("sweep");

        assertThat(isDoomed(key)).isFalse();
    }

    @Test
    void aFileThatNoNarInfoClaimsGoesAfterADay() throws Exception {
        HandPush push = staged("unclaimed");
        String key = keys(push).getFirst();
        storedSince(push, "2 days");
        stagedSince(push, "23 hours");
        jobs.run("sweep");
        assertThat(keys(push)).containsExactly(key);

        stagedSince(push, "25 hours");
        jobs.run("sweep");
        assertThat(cache.send("HEAD", push.url(), new byte[0], cache.token()).statusCode())
                .isEqualTo(404);
        assertThat(push.putNarInfo(cache)).isEqualTo(400);
        assertThat(keys(push)).isEmpty();
        assertThat(file(key)).exists(); // somebody may read it still

        doomedSince(key, "59 minutes");
        jobs.run("sweep");
        assertThat(file(key)).exists();
        doomedSince(key, "61 minutes");
        jobs.run("sweep");
        assertThat(file(key)).doesNotExist();
        assertThat(isDoomed(key)).isFalse();
    }

    @Test
    void aFileThatIsAskedForStaysAnotherDay() throws Exception {
        HandPush push = staged("asked-for");
        storedSince(push, "2 days");
        stagedSince(push, "25 hours");
        awaitStaged(cache, push);

        jobs.run("sweep");

        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        assertThat(push.get(cache).body()).isEqualTo(push.file());
    }

    @Test
    void aPublishedPathStaysWhateverItsAge() throws Exception {
        HandPush push = published("published");
        String key = keys(push).getFirst();
        stagedSince(push, "2 days");
        storedSince(push, "2 days");
        Files.setLastModifiedTime(file(key), old());

        jobs.run("sweep");

        assertThat(keys(push)).containsExactly(key);
        assertThat(isDoomed(key)).isFalse();
        assertThat(push.get(cache).body()).isEqualTo(push.file());
        // and the same narinfo again finds its file
        assertThat(push.putNarInfo(cache)).isEqualTo(200);
    }

    @Test
    void bytesThatNoRowNamesGoAfterADay() throws Exception {
        Path leaf = Files.createDirectories(BLOBS.resolve("q/q"));
        Path orphan = Files.write(leaf.resolve("qq" + "a".repeat(keyLength() - 2)), new byte[10]);
        jobs.run("sweep");
        assertThat(orphan).exists();

        Files.setLastModifiedTime(orphan, old());
        jobs.run("sweep");
        assertThat(orphan).doesNotExist();
    }

    private int keyLength() throws Exception {
        return keys(staged("any")).getFirst().length();
    }

    private static FileTime old() {
        return FileTime.from(Instant.now().minus(Duration.ofHours(25)));
    }

    @Test
    void equalFilesOfTwoTenantsEndUpStoredOnceAndNobodySeesThat() throws Exception {
        HandPush push = published("equal");
        TenantCache other = TenantCache.make("{}");
        assertThat(push.putNar(other)).isEqualTo(201);
        assertThat(push.putNarInfo(other)).isEqualTo(201);
        List<String> keys = keys(push);
        assertThat(keys).hasSize(2).allSatisfy(key -> assertThat(file(key)).exists());
        byte[] before = other.get(push.narInfoUrl()).body();
        HttpResponse<byte[]> narBefore = push.get(other);

        jobs.run("merge-blobs");
        for (TenantCache each : List.of(cache, other)) {
            assertThat(push.get(each).body()).isEqualTo(push.file());
        }
        storedSince(push, "1 hour");
        jobs.run("sweep");
        doomedSince(keys.getLast(), "2 hours");
        jobs.run("sweep");

        assertThat(keys(push)).containsExactly(keys.getFirst());
        assertThat(file(keys.getFirst())).exists();
        assertThat(file(keys.getLast())).doesNotExist();
        assertThat(other.get(push.narInfoUrl()).body()).isEqualTo(before);
        HttpResponse<byte[]> narAfter = push.get(other);
        assertThat(narAfter.body()).isEqualTo(push.file());
        for (String header : List.of("ETag", "Last-Modified", "Cache-Control", "Content-Length")) {
            assertThat(narAfter.headers().firstValue(header))
                    .as(header)
                    .isEqualTo(narBefore.headers().firstValue(header));
        }
        // one tenant's deletion leaves the other's
        cache.administer(
                "DELETE",
                "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/"
                        + push.path().hash(),
                "");
        stagedSince(push, "2 days");
        jobs.run("sweep");
        assertThat(push.get(cache).statusCode()).isEqualTo(404);
        assertThat(push.get(other).body()).isEqualTo(push.file());
    }

    @Test
    void aDeletedPathsBytesGoUnlessItIsPushedAgain() throws Exception {
        HandPush push = published("deleted");
        String key = keys(push).getFirst();
        delete(push);
        storedSince(push, "2 days");
        // pushed again before the sweep: its file is there still
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        stagedSince(push, "2 days");
        jobs.run("sweep");
        assertThat(keys(push)).containsExactly(key);

        delete(push);
        jobs.run("sweep");
        assertThat(keys(push)).isEmpty();
        // pushed again after its row went and before its bytes do: they are other bytes
        assertThat(push.putNar(cache)).isEqualTo(201);
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        doomedSince(key, "2 hours");
        jobs.run("sweep");
        assertThat(file(key)).doesNotExist();
        assertThat(push.get(cache).body()).isEqualTo(push.file());
    }

    private void delete(HandPush push) throws Exception {
        cache.administer(
                "DELETE",
                "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/"
                        + push.path().hash(),
                "");
        assertThat(push.get(cache).statusCode()).isEqualTo(404);
    }

    @Test
    void whoReadsAFileThatIsDeletedReadsItToItsEnd() throws Exception {
        byte[] contents = new byte[24_000_000];
        Arrays.fill(contents, (byte) 'x');
        StorePath path = builder.add("read", contents);
        HandPush push = HandPush.of(builder, path, Compression.NONE);
        assertThat(push.putNar(cache)).isEqualTo(201);
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
        String key = keys(push).getFirst();
        HttpRequest request = HttpRequest.newBuilder(URI.create(cache.url() + "/" + push.url()))
                .header("Authorization", "Bearer " + cache.token())
                .build();
        try (InputStream body = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofInputStream())
                .body()) {
            int begun = body.readNBytes(100_000).length;
            delete(push);
            storedSince(push, "2 days");
            stagedSince(push, "2 days");
            jobs.run("sweep");
            doomedSince(key, "2 hours");
            jobs.run("sweep");
            assertThat(file(key)).doesNotExist();

            assertThat(begun + body.transferTo(java.io.OutputStream.nullOutputStream()))
                    .isEqualTo(push.file().length);
        }
    }

    @Test
    void whatADeletedCacheHeldGoes() throws Exception {
        HandPush push = published("of-a-deleted-cache");
        HandPush waiting = staged("waiting-in-a-deleted-cache");
        assertThat(cache.put(
                                "log/" + "0".repeat(32) + "-x.drv",
                                "a log".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(201);
        String id = rows.texts(
                        "select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?", cache.tenant())
                .getFirst();

        cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/caches/ci", "");
        assertGone(id, push, waiting);
    }

    @Test
    void whatADeletedTenantHeldGoes() throws Exception {
        HandPush push = published("of-a-deleted-tenant");
        HandPush waiting = staged("waiting-in-a-deleted-tenant");
        String id = rows.texts(
                        "select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = ?", cache.tenant())
                .getFirst();

        cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant(), "");
        assertGone(id, push, waiting);
    }

    private void assertGone(String cacheId, HandPush push, HandPush waiting) throws Exception {
        String key = keys(push).getFirst();
        jobs.run("purge");
        for (String table : List.of("uploaded_path", "staged_nar", "uploaded_document", "local_signature")) {
            assertThat(rows.texts("select 1 from " + table + " where cache_id = ?::int", cacheId))
                    .as(table)
                    .isEmpty();
        }
        assertThat(push.get(cache).statusCode()).isIn(401, 404);
        storedSince(push, "2 days");
        storedSince(waiting, "2 days");
        jobs.run("sweep");
        assertThat(keys(push)).isEmpty();
        assertThat(keys(waiting)).isEmpty();
        doomedSince(key, "2 hours");
        jobs.run("sweep");
        assertThat(file(key)).doesNotExist();
    }
}
