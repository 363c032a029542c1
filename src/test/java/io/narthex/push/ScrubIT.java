package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bad bytes are found, hidden wherever they are, and healed by the next push. */
@ExtendWith(SharedServer.class)
class ScrubIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Random random = new Random();

    private static JsonNode run(String job) throws Exception {
        return new ServerJobs(System.getProperty("it.url"), ApiClient.token()).run(job);
    }

    private HandPush pushed(TenantCache cache) throws Exception {
        HandPush push = HandPush.small(random);
        push(push, cache);
        return push;
    }

    private static void push(HandPush push, TenantCache cache) throws Exception {
        assertThat(push.putNar(cache)).isEqualTo(201);
        assertThat(push.putNarInfo(cache)).isEqualTo(201);
    }

    /** Where the file of a path lies. */
    private static Path file(HandPush push) throws Exception {
        String key = Rows.ofServer()
                .texts(
                        "select b.storage_key from blob b join uploaded_path p on p.blob_id = b.id where p.hash = ?",
                        push.path().hash().toBytes())
                .getFirst();
        Path blobs = Path.of(System.getProperty("it.home"), "blobs");
        try (Stream<Path> all = Files.walk(blobs)) {
            return all.filter(path -> path.getFileName().toString().equals(key))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void spoil(Path file) throws Exception {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {'!'}), 100);
            channel.force(true);
        }
    }

    private static int status(TenantCache cache, String url) throws Exception {
        return cache.get(url).statusCode();
    }

    private static List<String> events(TenantCache cache, String action) throws Exception {
        return Rows.ofServer()
                .texts(
                        "select path || ' ' || detail from audit_event where tenant = ? and action = ?",
                        cache.tenant(),
                        action);
    }

    private static JsonNode finding(HandPush push) throws Exception {
        JsonNode scrub = JSON.readTree(
                new ApiClient("").asAdministrator("GET", "/api/v1/scrub").body());
        for (JsonNode finding : scrub.path("findings")) {
            if (finding.path("paths").toString().contains(push.path().baseName())) {
                return finding;
            }
        }
        throw new AssertionError("no finding of " + push.path() + ": " + scrub);
    }

    @Test
    void hidesABadFileInEveryCacheThatSharesItUntilItIsPushedAgain() throws Exception {
        TenantCache one = TenantCache.make("{}");
        TenantCache other = TenantCache.make("{}");
        HandPush push = pushed(one);
        push(push, other);
        HandPush good = pushed(one);
        run("merge-blobs");
        spoil(file(push));

        run("scrub");

        for (TenantCache cache : List.of(one, other)) {
            assertThat(status(cache, push.narInfoUrl())).isEqualTo(404);
            assertThat(status(cache, push.url())).isEqualTo(404);
            assertThat(cache.send("HEAD", push.url(), new byte[0], cache.token())
                            .statusCode())
                    .isEqualTo(404);
            assertThat(events(cache, "path-quarantined"))
                    .singleElement()
                    .asString()
                    .contains(push.path().baseName(), "\"found\": \"wrong\"");
        }
        assertThat(status(one, good.narInfoUrl())).isEqualTo(200);
        assertThat(finding(push).path("kind").asText()).isEqualTo("wrong");
        assertThat(finding(push).path("healedAt").isNull()).isTrue();

        assertThat(push.putNar(one)).isEqualTo(201);
        assertThat(push.putNarInfo(one)).isEqualTo(200);

        for (TenantCache cache : List.of(one, other)) {
            // what the transaction of the push changed is heard of half a second later
            awaitStatus(cache, push.narInfoUrl());
            assertThat(cache.get(push.url()).body()).isEqualTo(push.file());
            assertThat(events(cache, "path-released")).hasSize(1);
        }
        assertThat(finding(push).path("healedAt").isNull()).isFalse();
    }

    private static void awaitStatus(TenantCache cache, String url) throws Exception {
        for (int i = 0; i < 600 && status(cache, url) != 200; i++) {
            Thread.sleep(100);
        }
        assertThat(status(cache, url)).isEqualTo(200);
    }

    @Test
    void hidesWhatStorageDoesNotHave() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        HandPush push = pushed(cache);
        Files.delete(file(push));
        run("reconcile");
        assertThat(status(cache, push.narInfoUrl())).isEqualTo(404);
        assertThat(finding(push).path("kind").asText()).isEqualTo("missing");
        assertThat(push.putNar(cache)).isEqualTo(201);
        assertThat(push.putNarInfo(cache)).isEqualTo(200);
        awaitStatus(cache, push.narInfoUrl());
    }

    /** As after somebody has changed rows by hand: one row that names no file at all does not end the run of all others. */
    @Test
    void hidesWhatARowNamesByNoKey() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        HandPush spoilt = pushed(cache);
        Rows.ofServer()
                .change(
                        "update blob set storage_key = '../' || storage_key where id = (select blob_id from"
                                + " uploaded_path where hash = ?)",
                        spoilt.path().hash().toBytes());

        assertThat(run("reconcile").path("outcome").asText()).isEqualTo("SUCCEEDED");

        assertThat(status(cache, spoilt.narInfoUrl())).isEqualTo(404);
        assertThat(finding(spoilt).path("kind").asText()).isEqualTo("missing");
        assertThat(spoilt.putNar(cache)).isEqualTo(201);
        assertThat(spoilt.putNarInfo(cache)).isEqualTo(200);
        awaitStatus(cache, spoilt.narInfoUrl());
    }

    @Test
    void hidesNothingThatCannotBeReadToItsEnd() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        HandPush push = pushed(cache);
        Path file = file(push);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, List.of("short"));
        run("scrub");
        assertThat(status(cache, push.narInfoUrl())).isEqualTo(200);
        assertThat(finding(push).path("kind").asText()).isEqualTo("unreadable");
        Files.write(file, whole);
        run("scrub");
        assertThat(finding(push).path("healedAt").isNull()).isFalse();
    }

    @Test
    void provesWhatIsRight() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        HandPush push = pushed(cache);
        run("scrub");
        assertThat(Rows.ofServer()
                        .texts(
                                "select (b.proved_at > b.stored_at)::text from blob b join uploaded_path p on"
                                        + " p.blob_id = b.id where p.hash = ?",
                                push.path().hash().toBytes()))
                .containsExactly("true");
    }
}
