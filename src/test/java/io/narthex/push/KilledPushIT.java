package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixClient;
import io.narthex.it.NixStore;
import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of the server in the middle of pushes, one at each point, and the start after it. */
class KilledPushIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private static HandPush made(NixStore builder, String name) throws Exception {
        return HandPush.of(
                builder, builder.evaluate("builtins.toFile \"" + name + "\" \"" + name + "\""), Compression.ZSTD);
    }

    @Test
    void leavesNeitherAVisibleHalfNorALeak() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        try (OwnServer server = OwnServer.start(directory, Map.of())) {
            TenantCache cache = server.cache("{}");
            HandPush whole = made(builder, "published-just-before");
            HandPush received = made(builder, "received-and-not-claimed");
            HandPush forgotten = made(builder, "received-and-never-claimed");
            StorePath large = builder.add("cut", new byte[3_000_000]);
            HandPush cut = HandPush.of(builder, large, Compression.NONE);
            HandPush told = made(builder, "narinfo-half-sent");
            assertThat(received.putNar(cache)).isEqualTo(201);
            assertThat(forgotten.putNar(cache)).isEqualTo(201);
            assertThat(told.putNar(cache)).isEqualTo(201);
            // durable with their rows: a file whose row was lost must be pushed again, which is no error but another
            // case
            for (HandPush push : new HandPush[] {received, forgotten, told}) {
                assertThat(cache.send("HEAD", push.url(), new byte[0], cache.token())
                                .statusCode())
                        .isEqualTo(200);
            }
            try (Socket nar = halfSent(cache, cut.url(), cut.file());
                    Socket narInfo =
                            halfSent(cache, told.narInfoUrl(), told.narInfo().getBytes(StandardCharsets.US_ASCII))) {
                awaitFile(server, 1_000_000);
                assertThat(whole.putNar(cache)).isEqualTo(201);
                assertThat(whole.putNarInfo(cache)).isEqualTo(201);
                server.kill();
                assertThat(nar.isConnected() && narInfo.isConnected()).isTrue();
            }
            server.start();

            // a 2xx for a narinfo is a promise
            NixClient client = new NixClient(directory.resolve("client"), cache.urlWithToken(), cache.keys());
            client.copy(whole.path());
            client.store().verifyContents();
            // what was received waits still
            assertThat(received.putNarInfo(cache)).isEqualTo(201);
            assertThat(received.get(cache).body()).isEqualTo(received.file());
            // halves show nowhere
            for (HandPush half : new HandPush[] {cut, told}) {
                assertThat(cache.get(half.narInfoUrl()).statusCode()).isEqualTo(404);
            }
            assertThat(cache.send("HEAD", cut.url(), new byte[0], cache.token()).statusCode())
                    .isEqualTo(404);
            assertThat(cut.putNarInfo(cache)).isEqualTo(400);
            assertThat(cut.putNar(cache)).isEqualTo(201);
            assertThat(cut.putNarInfo(cache)).isEqualTo(201);

            letADayPass(server);
            assertThat(server.rows().texts("select name from uploaded_path order by name"))
                    .containsExactly("cut", "published-just-before", "received-and-not-claimed");
            assertThat(server.rows().texts("select storage_key from blob order by storage_key"))
                    .hasSize(3)
                    .containsExactlyElementsOf(files(server));
        }
    }

    /** Begins a PUT and leaves its connection open. */
    private static Socket halfSent(TenantCache cache, String path, byte[] body) throws IOException {
        URI url = URI.create(cache.url());
        Socket socket = new Socket(url.getHost(), url.getPort());
        OutputStream out = socket.getOutputStream();
        out.write(("PUT " + url.getPath() + "/" + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                        + cache.token() + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(body, 0, body.length / 2);
        out.flush();
        return socket;
    }

    /** Until the server has written so many bytes of a file. */
    private static void awaitFile(OwnServer server, long bytes) throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        while (sizes(server) < bytes && Instant.now().isBefore(end)) {
            Thread.sleep(20);
        }
        assertThat(sizes(server)).isGreaterThanOrEqualTo(bytes);
    }

    private static long sizes(OwnServer server) throws IOException {
        try (Stream<Path> all = Files.walk(blobs(server))) {
            return all.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .max()
                    .orElse(0);
        }
    }

    private static Path blobs(OwnServer server) {
        return server.home().resolve("blobs");
    }

    private static List<String> files(OwnServer server) throws IOException {
        try (Stream<Path> all = Files.walk(blobs(server))) {
            return all.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    // by which a restored database is known; written within the hour
                    .filter(name -> !name.equals("narthex-mark.json"))
                    .sorted()
                    .toList();
        }
    }

    private static void letADayPass(OwnServer server) throws Exception {
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
        try (Stream<Path> all = Files.walk(blobs(server))) {
            all.filter(Files::isRegularFile).forEach(file -> {
                try {
                    Files.setLastModifiedTime(file, old);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        server.rows().change("update staged_nar set received_at = received_at - interval '25 hours'");
        server.rows().change("update blob set stored_at = stored_at - interval '25 hours'");
        server.jobs().run("sweep");
        server.rows().change("update doomed_blob set doomed_at = doomed_at - interval '25 hours'");
        server.jobs().run("sweep");
    }
}
