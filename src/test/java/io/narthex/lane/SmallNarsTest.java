package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.audit.ReadLog;
import io.narthex.cache.SampleCache;
import io.narthex.configuration.AuditAddresses;
import io.narthex.http.pace.PacedResponses;
import io.narthex.index.SampleIndex;
import io.narthex.index.SignedPath;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.nar.NarPacker;
import io.narthex.nix.store.StorePath;
import io.narthex.protocol.LoopbackServer;
import io.narthex.protocol.Recipes;
import io.narthex.retention.use.UseLog;
import io.narthex.share.Sharer;
import io.narthex.transfer.Downloads;
import io.narthex.transfer.NarTransfer;
import io.narthex.transfer.OpenBodies;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmallNarsTest {
    private static final int LARGEST = 128 << 10;
    /** What one address alone may hold of 128 places. */
    private static final int AT_ONCE = 74;

    private static final String OTHERWISE = "the long way";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch taken = new CountDownLatch(AT_ONCE);
    private final PacedResponses paced = new PacedResponses();
    private final ReadLog reads = new ReadLog(false, AuditAddresses.FULL);
    private volatile boolean held;
    private SampleIndex index;
    private SmallNars small;
    private LoopbackServer server;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void open() {
        index = new SampleIndex(directory);
        small = new SmallNars(
                index.hot(),
                new NarMemory(Duration.ofDays(1)),
                new FileNars(),
                new Downloads(reads, new UseLog(), new OpenBodies(), Clock.systemUTC()),
                paced,
                false);
        server = new LoopbackServer(this::receive);
    }

    @AfterEach
    void close() {
        open.countDown();
        server.close();
        small.close();
        paced.close();
    }

    @Test
    void answersWithTheNarOfAFile() throws Exception {
        SignedPath path = add(1_000);

        HttpResponse<byte[]> answer = server.ask(url(path)).join();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(nar());
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-nix-nar");
        assertThat(answer.headers().firstValue("ETag"))
                .contains('"' + path.narHash().nix32() + '"');
        assertThat(answer.headers().firstValue("Accept-Ranges")).contains("bytes");
        assertThat(answer.headers().firstValue("Cache-Control").orElseThrow()).contains("immutable");
        assertThat(answer.headers().firstValue("Content-Length")).contains(Long.toString(path.narSize()));
    }

    @Test
    void answersUpToItsLargest() throws Exception {
        long frame = add(0).narSize();

        SignedPath path = add((int) (LARGEST - frame));

        assertThat(path.narSize()).isEqualTo(LARGEST);
        assertThat(server.ask(url(path)).join().body()).isEqualTo(nar());
    }

    @Test
    void leavesWhatIsLargerToOthers() throws Exception {
        assertThat(text(server.ask(url(add(LARGEST))))).isEqualTo(OTHERWISE);
    }

    @ParameterizedTest
    @CsvSource({"Range, bytes=0-1", "If-None-Match, x", "If-Modified-Since, x"})
    void leavesWhatIsNotPlainToOthers(String header, String value) throws Exception {
        assertThat(text(server.ask(url(add(10)), header, value))).isEqualTo(OTHERWISE);
    }

    @Test
    void leavesWhatMemoryDoesNotKnowToOthers() {
        assertThat(text(server.ask("/nar/" + "0".repeat(52) + ".nar"))).isEqualTo(OTHERWISE);
        assertThat(text(server.ask("/nar/" + "e".repeat(52) + ".nar"))).isEqualTo(OTHERWISE);
        assertThat(text(server.ask("/"))).isEqualTo(OTHERWISE);
    }

    @Test
    void leavesWhatCannotBePackedToOthers() throws Exception {
        SignedPath path = add(10);
        Files.delete(file());

        assertThat(text(server.ask(url(path)))).isEqualTo(OTHERWISE);
    }

    @Test
    void sendsFromMemoryWhatWasAskedForTwice() throws Exception {
        SignedPath path = add(10);
        byte[] nar = nar();
        server.ask(url(path)).join();
        server.ask(url(path)).join();
        Files.delete(file());

        HttpResponse<byte[]> answer = server.ask(url(path)).join();

        assertThat(answer.body()).isEqualTo(nar);
        assertThat(answer.headers().firstValue("ETag"))
                .contains('"' + path.narHash().nix32() + '"');
    }

    @Test
    void doesNotKeepBytesThatAreNotThoseOfTheHash() throws Exception {
        SignedPath path = add(10);
        Files.write(file(), "0123456789".getBytes(StandardCharsets.US_ASCII));
        server.ask(url(path)).join();
        server.ask(url(path)).join();
        Files.delete(file());

        assertThat(text(server.ask(url(path)))).isEqualTo(OTHERWISE);
    }

    @Test
    void leavesToOthersWhatComesWhileItsPlacesAreTaken() throws Exception {
        String url = url(add(10));
        held = true;
        List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            answers.add(server.ask(url));
        }
        assertThat(taken.await(1, TimeUnit.MINUTES)).isTrue();

        assertThat(text(server.ask(url))).isEqualTo(OTHERWISE);
        CompletableFuture<HttpResponse<byte[]>> others = server.ask(url, "X-Tenant", "2");

        open.countDown();
        assertThat(others.join().body()).isEqualTo(nar());
        for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
            assertThat(answer.join().body()).isEqualTo(nar());
        }
        assertThat(server.ask(url).join().body()).isEqualTo(nar());
    }

    private void receive(HttpServerExchange exchange) throws Exception {
        HttpHandler otherwise = x -> x.getResponseSender().send(OTHERWISE);
        String tenant = exchange.getRequestHeaders().getFirst("X-Tenant");
        Sharer who = Sharer.ofTenant(
                tenant == null ? 1 : Integer.parseInt(tenant),
                "token",
                exchange.getSourceAddress().getAddress());
        if (small.run(SampleCache.LOCAL, null, who, exchange, otherwise)) {
            taken.countDown();
        } else {
            otherwise.handleRequest(exchange);
        }
    }

    /** Remembers the path that is one file of so many bytes. */
    private SignedPath add(int bytes) throws IOException {
        Files.write(file(), Recipes.bytes(bytes));
        byte[] nar = nar();
        return index.remember(
                StorePath.parseBaseName("0".repeat(32) + "-x"),
                NixHash.ofSha256(HashAlgorithm.SHA256.newDigest().digest(nar)),
                nar.length);
    }

    private Path file() {
        return directory.resolve("file");
    }

    private byte[] nar() throws IOException {
        ByteArrayOutputStream nar = new ByteArrayOutputStream();
        WritableByteChannel channel = Channels.newChannel(nar);
        new NarPacker(ByteBuffer.allocate(1 << 16), channel::write).pack(file());
        return nar.toByteArray();
    }

    private static String url(SignedPath path) {
        return "/nar/" + path.narHash().nix32() + ".nar";
    }

    private static String text(CompletableFuture<HttpResponse<byte[]>> answer) {
        return new String(answer.join().body(), StandardCharsets.UTF_8);
    }

    /** Packs the one file there is, when it may. */
    private final class FileNars extends NarTransfer {
        @Override
        public Optional<ByteBuffer> small(SignedPath path) {
            try {
                if (held) {
                    open.await();
                }
                return Optional.of(ByteBuffer.wrap(nar()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            } catch (IOException e) {
                return Optional.empty();
            }
        }
    }
}
