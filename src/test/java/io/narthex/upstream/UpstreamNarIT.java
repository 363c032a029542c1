package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Await;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePath;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** NARs of upstreams, against one that does what it should not. */
@ExtendWith(SharedServer.class)
class UpstreamNarIT {
    private static final int LARGE = 3 << 20;

    /** Java's client mixes up what comes, now and then, where many first requests upgrade a connection to HTTP/2 at once. */
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Asks for the narinfo first, as clients do; gives the URL of the NAR. */
    private static String url(TestUpstream upstream, SamplePath path) throws Exception {
        return upstream.cache().url() + "/"
                + NarInfoReader.read(upstream.cache().get(path.narInfoUrl()).body())
                        .url();
    }

    private HttpRequest request(String url, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    /** What came before the connection broke, and whether it was whole. */
    private WireClient.Answer wire(String url) throws Exception {
        String server = System.getProperty("it.url");
        return new WireClient(server).get(url.substring(server.length()));
    }

    private static String path(SamplePath path) {
        return "/" + path.info().url();
    }

    private static void awaitKept(SamplePath path) throws Exception {
        Await.until(
                "signature of what was received",
                () -> !Rows.ofServer()
                        .texts(
                                "select 1 from audit.signatures where path = ? and claim = 'received'",
                                path.info().storePath().baseName())
                        .isEmpty());
    }

    @Test
    void sendsWhatArrivesBeforeTheRestHasCome() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(LARGE);
            CountDownLatch latch = new CountDownLatch(1);
            upstream.server().change(path(path), answer -> answer.heldAt(1 << 20, latch));

            HttpResponse<InputStream> answer =
                    client.send(request(url(upstream, path)), HttpResponse.BodyHandlers.ofInputStream());

            byte[] first = answer.body().readNBytes(1 << 20);
            latch.countDown();
            byte[] rest = answer.body().readAllBytes();
            assertThat(first).isEqualTo(java.util.Arrays.copyOf(path.file(), 1 << 20));
            assertThat(rest).isEqualTo(java.util.Arrays.copyOfRange(path.file(), 1 << 20, path.file().length));
            assertThat(answer.headers().firstValue("X-Narthex-Source")).contains("upstream:" + upstream.name());
        }
    }

    @Test
    void fetchesAFileOnceForAllWhoFollow() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(LARGE);
            CountDownLatch latch = new CountDownLatch(1);
            upstream.server().change(path(path), answer -> answer.heldAt(1 << 20, latch));
            String url = url(upstream, path);

            List<CompletableFuture<HttpResponse<byte[]>>> all = IntStream.range(0, 40)
                    .mapToObj(i -> client.sendAsync(request(url), HttpResponse.BodyHandlers.ofByteArray()))
                    .toList();
            Await.until("request upstream", () -> upstream.server().requestsOf(path(path)) > 0);
            latch.countDown();

            assertThat(all).allSatisfy(a -> assertThat(a.join().body()).isEqualTo(path.file()));
            awaitKept(path);
            assertThat(client.send(request(url), HttpResponse.BodyHandlers.ofByteArray())
                            .body())
                    .isEqualTo(path.file());
            assertThat(upstream.server().requestsOf(path(path))).isEqualTo(1);
            assertThat(Rows.ofServer()
                            .texts(
                                    "select detail->>'upstream' from audit_event where action = 'upstream-fetched' and"
                                            + " path = ?",
                                    path.info().storePath().baseName()))
                    .containsExactly(upstream.name());
        }
    }

    /** Who found a path before its file was kept, and asks for it after, has it from here: several at once, again and again. */
    @RepeatedTest(5)
    void fetchesEachOfManyFilesOnce() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            List<SamplePath> paths = IntStream.range(0, 10)
                    .mapToObj(i -> upstream.path(20_000 + i))
                    .toList();
            List<CompletableFuture<HttpResponse<byte[]>>> all = new ArrayList<>();
            for (SamplePath path : paths) {
                String url = url(upstream, path);
                for (int i = 0; i < 40; i++) {
                    all.add(client.sendAsync(request(url), HttpResponse.BodyHandlers.ofByteArray()));
                }
            }

            assertThat(all).allSatisfy(a -> assertThat(a.join().statusCode()).isEqualTo(200));
            assertThat(paths)
                    .allSatisfy(path ->
                            assertThat(upstream.server().requestsOf(path(path))).isEqualTo(1));
        }
    }

    @Test
    void givesWrongBytesToNobodyWhole() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(LARGE);
            byte[] wrong = path.file().clone();
            wrong[wrong.length / 2] ^= 1;
            upstream.server().answer(path(path), Answer.ok(wrong));

            WireClient.Answer answer = wire(url(upstream, path));

            assertThat(answer.isWhole()).isFalse();
            TestUpstream.awaitEvent("upstream-bytes-refused", path);
            assertThat(upstream.health()).contains("\"refusedBytes\":1");
        }
    }

    /** The file is as told, and the NAR in it is another than was signed. */
    @Test
    void findsAWrongNarBehindARightNarInfo() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath told = SamplePath.ofBytes(5_000);
            SamplePath given = SamplePath.ofBytes(5_000);
            SamplePath path = new SamplePath(
                            told.telling(
                                            given.info().url(),
                                            given.info().fileHash(),
                                            given.info().fileSize())
                                    .info(),
                            told.nar(),
                            given.file())
                    .at(upstream.server(), upstream.key());

            wire(url(upstream, path));

            TestUpstream.awaitEvent("upstream-bytes-refused", path);
            assertThat(Rows.ofServer()
                            .texts(
                                    "select claim from audit.signatures where path = ?",
                                    path.info().storePath().baseName()))
                    .doesNotContain("received");
        }
    }

    @Test
    void givesNoLastByteOfAFileWithoutAHashBeforeItsNarIsProved() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath told = SamplePath.ofBytes(5_000);
            SamplePath given = SamplePath.ofBytes(5_000);
            SamplePath path = new SamplePath(
                            told.telling("nar/other.nar.zst", Optional.empty(), OptionalLong.empty())
                                    .info(),
                            told.nar(),
                            given.file())
                    .at(upstream.server(), upstream.key());

            WireClient.Answer answer = wire(url(upstream, path));

            assertThat(answer.isWhole()).isFalse();
        }
    }

    @Test
    void refusesAnotherLengthThanWasTold() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(10_000);
            upstream.server().change(path(path), answer -> answer.telling(path.file().length + 7));

            WireClient.Answer answer = wire(url(upstream, path));

            assertThat(answer.status()).isEqualTo(503);
        }
    }

    @Test
    void goesOnWhereAConnectionBroke() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(LARGE);
            upstream.server().cut(path(path), 1_000_000, 2);

            WireClient.Answer answer = wire(url(upstream, path));

            assertThat(answer.body()).isEqualTo(path.file());
            assertThat(upstream.server().requests().stream()
                            .filter(r -> r.path().equals(path(path)))
                            .map(r -> r.headers().getOrDefault("range", "")))
                    .containsExactly("", "bytes=1000000-", "bytes=2000000-");
        }
    }

    @Test
    void goesOnWithAnUpstreamThatKnowsNoRanges() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(LARGE);
            upstream.server().answer(path(path), Answer.ok(path.file()));
            upstream.server().cut(path(path), 1_000_000, 1);

            assertThat(wire(url(upstream, path)).body()).isEqualTo(path.file());
        }
    }

    @Test
    void closesBeforeTheLastByteWhenTheRestNeverComes() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(LARGE);
            upstream.server().answer(path(path), Answer.ok(path.file()).cutAt(1_000_000));

            WireClient.Answer answer = wire(url(upstream, path));

            assertThat(answer.isWhole()).isFalse();
            assertThat(answer.body().length).isLessThanOrEqualTo(1_000_000);
            assertThat(upstream.server().requestsOf(path(path))).isEqualTo(3);
        }
    }

    @Test
    void servesAPartThatIsThereAndWaitsForOneThatIsNot() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(LARGE);
            CountDownLatch latch = new CountDownLatch(1);
            upstream.server().change(path(path), answer -> answer.heldAt(1 << 20, latch));
            String url = url(upstream, path);
            CompletableFuture<HttpResponse<byte[]>> whole =
                    client.sendAsync(request(url), HttpResponse.BodyHandlers.ofByteArray());

            HttpResponse<byte[]> there =
                    client.send(request(url, "Range", "bytes=10-19"), HttpResponse.BodyHandlers.ofByteArray());
            CompletableFuture<HttpResponse<byte[]>> beyond =
                    client.sendAsync(request(url, "Range", "bytes=-10"), HttpResponse.BodyHandlers.ofByteArray());
            assertThat(there.statusCode()).isEqualTo(206);
            assertThat(there.body()).isEqualTo(java.util.Arrays.copyOfRange(path.file(), 10, 20));
            latch.countDown();

            int length = path.file().length;
            assertThat(beyond.join().body()).isEqualTo(java.util.Arrays.copyOfRange(path.file(), length - 10, length));
            assertThat(whole.join().body()).isEqualTo(path.file());
            assertThat(upstream.server().requestsOf(path(path))).isEqualTo(1);
        }
    }

    @Test
    void goesOnFetchingWhenAClientLeaves() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(LARGE);
            CountDownLatch latch = new CountDownLatch(1);
            upstream.server().change(path(path), answer -> answer.heldAt(1 << 20, latch));
            URI url = URI.create(url(upstream, path));
            try (Socket leaving = new Socket(url.getHost(), url.getPort())) {
                leaving.getOutputStream()
                        .write(("GET " + url.getPath() + " HTTP/1.1\r\nHost: x\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(leaving.getInputStream().readNBytes(1_000)).hasSize(1_000);
            }
            CompletableFuture<HttpResponse<byte[]>> staying =
                    client.sendAsync(request(url.toString()), HttpResponse.BodyHandlers.ofByteArray());
            latch.countDown();

            assertThat(staying.join().body()).isEqualTo(path.file());
            assertThat(upstream.server().requestsOf(path(path))).isEqualTo(1);
        }
    }

    @Test
    void keepsNothingOfAnUpstreamThatOnlyPasses() throws Exception {
        try (TestUpstream upstream = TestUpstream.make(",\"mode\":\"stream\"")) {
            SamplePath path = upstream.path(LARGE);
            String url = url(upstream, path);

            assertThat(wire(url).body()).isEqualTo(path.file());
            awaitKept(path);
            assertThat(wire(url).body()).isEqualTo(path.file());

            assertThat(upstream.server().requestsOf(path(path))).isEqualTo(2);
            assertThat(Rows.ofServer()
                            .texts(
                                    "select 1 from upstream_path where hash = decode(?, 'hex') and blob_id is not null",
                                    java.util.HexFormat.of()
                                            .formatHex(path.info()
                                                    .storePath()
                                                    .hash()
                                                    .toBytes())))
                    .isEmpty();
        }
    }

    @Test
    void tellsTheLengthWithoutFetching() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(10_000);
            String url = url(upstream, path);

            HttpResponse<byte[]> head = client.send(
                    HttpRequest.newBuilder(URI.create(url)).HEAD().build(), HttpResponse.BodyHandlers.ofByteArray());

            assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(path.file().length);
            assertThat(upstream.server().requestsOf(path(path))).isZero();
        }
    }

    /** A cache whose paths lie in uploads, and behind an upstream that {@code nix copy} filled. */
    @Test
    void servesRealClientsByOneUrlAndOneKey(@TempDir Path directory) throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            NixStore builder = NixStore.in(directory.resolve("builder"));
            StorePath there = builder.evaluate("builtins.toFile \"there\" \"" + upstream.name() + "\"");
            StorePath here = builder.evaluate("builtins.toFile \"here\" \"" + upstream.name() + "\"");
            builder.sign(there, upstream.key().toText());
            Path tree = Files.createDirectories(directory.resolve("tree"));
            builder.run("nix", "copy", "--from", builder.uri(), "--to", "file://" + tree, NixStore.path(there));
            try (var files = Files.walk(tree)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    upstream.server().answer("/" + tree.relativize(file), Answer.ok(Files.readAllBytes(file)));
                }
            }
            upstream.cache().push(builder, here, "xz");
            NixStore reader = NixStore.in(directory.resolve("reader"));

            reader.run(
                    "nix",
                    "copy",
                    "--from",
                    upstream.cache().url(),
                    "--to",
                    reader.uri(),
                    "--option",
                    "trusted-public-keys",
                    upstream.cache().keys(),
                    NixStore.path(there),
                    NixStore.path(here));

            assertThat(reader.dump(there)).isEqualTo(builder.dump(there));
            assertThat(reader.dump(here)).isEqualTo(builder.dump(here));
        }
    }
}
