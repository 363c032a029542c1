package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Await;
import io.narthex.it.FaultyUpstream;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.it.OwnServer;
import io.narthex.it.TenantCache;
import io.narthex.it.TestCertificate;
import io.narthex.it.WireClient;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.SecretKey;
import io.narthex.serve.LauncherProcess;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upstreams on a server of two nodes, of which one has no room on its disk, and which is killed. */
class UpstreamNodesIT {
    private static final int LARGE = 3 << 20;
    /** Of proxied bytes: two files of {@code FILE} bytes and not three; what other tests fetch is less. */
    private static final int BUDGET = 10 << 20;

    private static final int FILE = 4 << 20;

    /** For a machine that has no time. */
    private static final String PATIENT = ",\"lookupMillis\":60000";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static OwnServer server;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static LauncherProcess node;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static TestCertificate certificate;

    private static String nodeUrl = "";

    @BeforeAll
    static void start() throws Exception {
        certificate = TestCertificate.of(directory, "ip:127.0.0.1");
        server = OwnServer.start(
                Files.createDirectories(directory.resolve("server")),
                Map.of(
                        "NARTHEX_UPSTREAM_ADDRESSES",
                        "127.0.0.1",
                        "NARTHEX_UPSTREAM_BYTES",
                        "" + BUDGET,
                        "NARTHEX_TRUST_STORE_FILE",
                        certificate.keyStore().toString()));
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        // no disk of today has so much free
        settings.put("NARTHEX_DISK_RESERVE", "999999999999999999");
        node = server.startNode(directory.resolve("node"), settings);
        nodeUrl = "http://127.0.0.1:" + settings.get("NARTHEX_PORT");
    }

    @AfterAll
    static void stop() throws Exception {
        // also where one of them did not start
        OwnServer first = server;
        LauncherProcess second = node;
        try (first;
                second) {}
    }

    private static TestUpstream upstream(String cache) throws Exception {
        return TestUpstream.make(server.cache(cache), new FaultyUpstream(), PATIENT);
    }

    /** What the second node answers to a client with the token of the cache. */
    private static WireClient.Answer onNode(TenantCache cache, String path) throws IOException {
        return new WireClient(nodeUrl)
                .get("/" + cache.tenant() + "/ci/" + path, "Authorization: Bearer " + cache.token());
    }

    private static void awaitOnNode(TenantCache cache, String path, int status) throws Exception {
        Await.until(status + " of the second node", () -> onNode(cache, path).status() == status);
    }

    /** The URL of a NAR, below the cache. */
    private static String url(TestUpstream upstream, SamplePath path) throws Exception {
        return NarInfoReader.read(upstream.cache().get(path.narInfoUrl()).body())
                .url();
    }

    /** When paths were used is written with how many were fetched, and a moment after both. */
    private static void awaitUsesWritten(TestUpstream upstream, int fetched) throws Exception {
        Await.until(
                "uses that are written",
                () -> server.rows()
                        .texts("select sum(fetches) from audit.upstream_daily where upstream = ?", upstream.name())
                        .contains(String.valueOf(fetched)));
    }

    private static void awaitKept(SamplePath path) throws Exception {
        String name = path.info().storePath().name();
        Await.until(
                "file that is kept",
                () -> !server.rows()
                        .texts("select 1 from upstream_path where name = ? and blob_id is not null", name)
                        .isEmpty());
    }

    @Test
    void anOfferThatEndsOnOneNodeHasEndedOnTheOther() throws Exception {
        try (TestUpstream upstream = upstream("{}")) {
            TenantCache cache = upstream.cache();
            SamplePath path = upstream.path(1_000);
            awaitOnNode(cache, path.narInfoUrl(), 200);

            upstream.put("{\"offeredTo\":[]}");
            awaitOnNode(cache, path.narInfoUrl(), 404);
            upstream.put("{\"offeredTo\":[\"" + cache.tenant() + "\"]}");
            awaitOnNode(cache, path.narInfoUrl(), 200);
        }
    }

    @Test
    void credentialsThatOneNodeWasGivenTheOtherShows() throws Exception {
        FaultyUpstream encrypted = new FaultyUpstream(certificate.listen(), "https");
        try (TestUpstream upstream = TestUpstream.make(server.cache("{}"), encrypted, PATIENT)) {
            upstream.put("{\"credentials\":{\"kind\":\"bearer\",\"token\":\"first\"}}");
            awaitShownByNode(upstream, "Bearer first");

            upstream.put("{\"credentials\":{\"kind\":\"basic\",\"username\":\"any\",\"password\":\"second\"}}");
            awaitShownByNode(
                    upstream,
                    "Basic " + Base64.getEncoder().encodeToString("any:second".getBytes(StandardCharsets.US_ASCII)));
        }
    }

    /** The node hears of it a moment later than the other one answers: until then it asks as before, for other paths. */
    private static void awaitShownByNode(TestUpstream upstream, String credentials) throws Exception {
        Await.until(credentials, () -> {
            SamplePath path = upstream.path(1_000);
            awaitOnNode(upstream.cache(), path.narInfoUrl(), 200);
            return shown(upstream, path).contains(credentials);
        });
    }

    /** What an upstream was shown by whoever asked for the narinfo of a path. */
    private static List<String> shown(TestUpstream upstream, SamplePath path) {
        return upstream.server().requests().stream()
                .filter(request -> request.path().equals("/" + path.narInfoUrl()))
                .map(request -> request.headers().getOrDefault("authorization", "nothing"))
                .toList();
    }

    /** The private cache is published, then its readers in public are gone, and then it is private to everybody again. */
    @Test
    void whatIsPublishedOnOneNodeIsSoOnTheOther() throws Exception {
        TenantCache closed = server.cache("{}");
        TenantCache open = server.cache("{\"visibility\":\"public\"}");
        SamplePath path = SamplePath.of("published", 1_000, "none");
        closed.put(path.info().url(), path.file());
        closed.put(path.narInfoUrl(), path.signed(SecretKey.generate("any-1", new SecureRandom())));
        String settings = "/api/v1/tenants/" + closed.tenant() + "/caches/ci";
        closed.administer("PUT", settings, "{\"offeredTo\":[\"" + open.tenant() + "\"],\"publish\":true}");
        open.administer(
                "PUT",
                "/api/v1/tenants/" + open.tenant() + "/caches/ci",
                "{\"sources\":[\"uploads\",\"cache:" + closed.tenant() + "/ci\"]}");

        Await.until("narinfo for nobody", () -> toNobodyOnNode(open, path) == 200);
        assertThat(toNobodyOnNode(closed, path)).isIn(401, 404);
        open.administer("PUT", "/api/v1/tenants/" + open.tenant() + "/caches/ci", "{\"sources\":[\"uploads\"]}");
        closed.administer("PUT", settings, "{\"publish\":false}");
        Await.until("narinfo that nobody gets", () -> toNobodyOnNode(open, path) == 404);
    }

    private static int toNobodyOnNode(TenantCache cache, SamplePath path) throws IOException {
        return new WireClient(nodeUrl)
                .get("/" + cache.tenant() + "/ci/" + path.narInfoUrl())
                .status();
    }

    @Test
    void aFullDiskStreamsWhatItCannotKeep() throws Exception {
        try (TestUpstream upstream = upstream("{}")) {
            SamplePath path = SamplePath.of("not-kept", LARGE, "zstd").at(upstream.server(), upstream.key());
            awaitOnNode(upstream.cache(), path.narInfoUrl(), 200);
            String url = url(upstream, path);

            assertThat(onNode(upstream.cache(), url).body()).isEqualTo(path.file());
            assertThat(onNode(upstream.cache(), url).body()).isEqualTo(path.file());

            // the second may have joined the first, which ends a moment behind its last byte
            assertThat(upstream.server().requestsOf("/" + path.info().url())).isBetween(1L, 2L);
            assertThat(server.rows()
                            .texts("select 1 from upstream_path where name = 'not-kept' and blob_id is not null"))
                    .isEmpty();
        }
    }

    @Test
    void beyondTheBudgetWhatWasUsedLeastRecentlyGoesAndIsFetchedAgain() throws Exception {
        try (TestUpstream upstream = upstream("{}")) {
            List<String> names = List.of("old", "middle", "new");
            for (String name : names) {
                SamplePath path = SamplePath.of(name, FILE, "zstd").at(upstream.server(), upstream.key());
                assertThat(upstream.cache().get(url(upstream, path)).body()).isEqualTo(path.file());
                awaitKept(path);
            }
            awaitUsesWritten(upstream, names.size());
            server.rows()
                    .change("update upstream_path set last_used_at = now() - case name when 'old' then interval '3"
                            + " days' when 'middle' then interval '2 days' else interval '1 day' end where name in"
                            + " ('old', 'middle', 'new')");

            server.jobs().run("upstream-budget");

            assertThat(server.rows()
                            .texts("select name from upstream_path where blob_id is not null"
                                    + " and name in ('old', 'middle', 'new') order by name"))
                    .contains("new")
                    .doesNotContain("old");
        }
    }

    @Test
    void killedInTheMiddleOfAFetchItFetchesAnewAndLeavesNothing() throws Exception {
        try (TestUpstream upstream = upstream("{\"visibility\":\"public\"}")) {
            SamplePath path = SamplePath.of("cut", LARGE, "zstd").at(upstream.server(), upstream.key());
            CountDownLatch latch = new CountDownLatch(1);
            String file = "/" + path.info().url();
            upstream.server().change(file, answer -> answer.heldAt(2 << 20, latch));
            String url = url(upstream, path);
            URI whole = URI.create(upstream.cache().url() + "/" + url);
            try (Socket client = new Socket(whole.getHost(), whole.getPort())) {
                client.setSoTimeout((int) Await.PATIENCE.toMillis());
                client.getOutputStream()
                        .write(("GET " + whole.getPath() + " HTTP/1.1\r\nHost: x\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().readNBytes(1 << 20)).hasSize(1 << 20);

                server.kill();
            }
            latch.countDown();
            upstream.server().answer(file, Answer.ok(path.file()));
            server.start();

            assertThat(spooled()).isEmpty();
            assertThat(server.rows().texts("select 1 from upstream_path where name = 'cut' and blob_id is not null"))
                    .isEmpty();
            assertThat(new WireClient(server.url()).get(whole.getPath()).body()).isEqualTo(path.file());
            awaitKept(path);
            assertThat(upstream.server().requestsOf(file)).isEqualTo(2);
        }
    }

    private static List<String> spooled() throws IOException {
        try (Stream<Path> files = Files.list(server.home().resolve("spool"))) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }
}
