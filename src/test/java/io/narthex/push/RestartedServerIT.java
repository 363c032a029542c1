package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.FaultyUpstream;
import io.narthex.it.NixStore;
import io.narthex.it.OwnServer;
import io.narthex.it.Rows;
import io.narthex.it.TenantCache;
import io.narthex.it.WireConnection;
import io.narthex.nix.narinfo.Compression;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first requests to a server that was started again on a database with data: each may meet what nobody has used yet. */
class RestartedServerIT {
    private static final String LOG = "log/" + "0".repeat(32) + "-x.drv";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void takesEachKindOfRequestAsItsFirst() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        HandPush before = made(builder, "pushed-before");
        HandPush first = made(builder, "pushed-first");
        HandPush second = made(builder, "pushed-second");
        try (OwnServer server = OwnServer.start(directory, Map.of())) {
            TenantCache cache = server.cache("{}");
            assertThat(before.putNar(cache)).isEqualTo(201);
            assertThat(before.putNarInfo(cache)).isEqualTo(201);

            restart(server);
            // the lane before the servlets: Nix asks, sends the file, and its narinfo
            assertThat(cache.send("HEAD", first.url(), new byte[0], cache.token())
                            .statusCode())
                    .isEqualTo(404);
            assertThat(first.putNar(cache)).isEqualTo(201);
            assertThat(first.putNarInfo(cache)).isEqualTo(201);
            // servlets on threads of the lane
            assertThat(put(cache, LOG, "it was built")).isEqualTo(201);

            restart(server);
            assertThat(put(cache, LOG, "it was built again")).isEqualTo(200);
            assertThat(put(cache, LOG.replace("log/", "nar/"), "no such name")).isEqualTo(400);
            assertThat(second.putNar(cache)).isEqualTo(201);
            assertThat(second.putNarInfo(cache)).isEqualTo(201);

            restart(server);
            assertThat(cache.get(first.url()).body()).isEqualTo(first.file());
            assertThat(cache.get(first.narInfoUrl()).statusCode()).isEqualTo(200);
            assertThat(cache.get(LOG).body())
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("it was built again");

            restart(server);
            assertThat(cache.newToken("\"pull\"")).isNotEmpty();
            assertThat(cache.send("DELETE", first.narInfoUrl(), new byte[0], cache.token())
                            .statusCode())
                    .isLessThan(500);
        }
    }

    /** What came to the server after pushes and reads: each is the first of its kind, before and behind each other. */
    @Test
    void takesEachKindOfRequestThatIsNoPushAsItsFirst() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        HandPush pushed = made(builder, "kept");
        HandPush other = made(builder, "kept-too");
        try (OwnServer server = OwnServer.start(directory, Map.of("NARTHEX_UPSTREAM_ADDRESSES", "127.0.0.1"));
                FaultyUpstream upstream = new FaultyUpstream()) {
            FirstRequests first = FirstRequests.of(server, upstream);
            for (HandPush each : List.of(pushed, other)) {
                assertThat(each.putNar(first.cache())).isEqualTo(201);
                assertThat(each.putNarInfo(first.cache())).isEqualTo(201);
            }

            restart(server);
            assertThat(first.narInfos(pushed)).isEqualTo(200);
            assertThat(first.readUpstream()).isEqualTo(200);
            first.pin(pushed);
            first.exchange();
            first.promote(pushed);
            assertThat(first.readSideFiles()).isEqualTo(200);

            restart(server);
            assertThat(first.readSideFiles()).isEqualTo(200);
            first.promote(other);
            first.exchange();
            assertThat(first.readPin()).isEqualTo(200);
            assertThat(first.readUpstream()).isEqualTo(200);
            assertThat(first.narInfos(pushed)).isEqualTo(200);
        }
    }

    @Test
    void knowsWhatWasAskedForBeforeItsStart() throws Exception {
        HandPush pushed = made(NixStore.in(directory.resolve("builder")), "asked-for");
        try (OwnServer server = OwnServer.start(directory, Map.of())) {
            TenantCache cache = server.cache("{\"visibility\": \"public\"}");
            assertThat(pushed.putNar(cache)).isEqualTo(201);
            assertThat(pushed.putNarInfo(cache)).isEqualTo(201);
            assertThat(cache.get(pushed.narInfoUrl()).statusCode()).isEqualTo(200);
            awaitCountOfReads(server.rows());

            restart(server);

            try (Connection other = server.rows().connect();
                    Statement statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("lock table uploaded_path in access exclusive mode");
                assertThat(cache.get(pushed.narInfoUrl()).statusCode()).isEqualTo(200);
            }
        }
    }

    /** WildFly 39 goes on answering on open connections when the application is gone, with 404, which Nix would believe. */
    @Test
    void saysOfNothingThatItIsNotThereWhileItStops() throws Exception {
        HandPush pushed = made(NixStore.in(directory.resolve("builder")), "there");
        try (OwnServer server = OwnServer.start(directory, Map.of())) {
            TenantCache cache = server.cache("{\"visibility\": \"public\"}");
            assertThat(pushed.putNar(cache)).isEqualTo(201);
            assertThat(pushed.putNarInfo(cache)).isEqualTo(201);

            Set<Integer> seen = new TreeSet<>();
            try (WireConnection kept = WireConnection.to(URI.create(server.url()))) {
                URI url = URI.create(cache.url() + "/" + pushed.narInfoUrl());
                seen.add(ask(kept, url).orElseThrow().code());
                server.terminate();
                for (Optional<WireConnection.Status> answer = ask(kept, url);
                        answer.isPresent();
                        answer = ask(kept, url)) {
                    seen.add(answer.get().code());
                }
            }

            assertThat(seen).contains(200).isSubsetOf(200, 503);
        }
    }

    private static Optional<WireConnection.Status> ask(WireConnection connection, URI url) throws IOException {
        connection.send("GET " + url.getRawPath() + " HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\n\r\n");
        return connection.answer(false);
    }

    /** Reads are written down in batches. */
    private static void awaitCountOfReads(Rows rows) throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        while (rows.texts("select path from narinfo_hour").isEmpty()
                && Instant.now().isBefore(end)) {
            Thread.sleep(100);
        }
        assertThat(rows.texts("select path from narinfo_hour")).hasSize(1);
    }

    private static void restart(OwnServer server) throws IOException, InterruptedException {
        server.kill();
        server.start();
    }

    private static int put(TenantCache cache, String url, String text) throws IOException, InterruptedException {
        return cache.put(url, text.getBytes(StandardCharsets.US_ASCII)).statusCode();
    }

    private static HandPush made(NixStore builder, String name) throws Exception {
        return HandPush.of(
                builder, builder.evaluate("builtins.toFile \"" + name + "\" \"" + name + "\""), Compression.ZSTD);
    }
}
