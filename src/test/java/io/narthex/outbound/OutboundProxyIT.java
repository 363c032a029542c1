package io.narthex.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.configuration.Settings;
import io.narthex.it.Await;
import io.narthex.it.FaultyUpstream;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.it.TestCertificate;
import io.narthex.serve.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code NARTHEX_OUTBOUND_PROXY} with a proxy of others: the real tinyproxy, which resolves {@code localhost} by itself. */
class OutboundProxyIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final Queue<String> lookups = new ConcurrentLinkedQueue<>();

    @SuppressWarnings("NullAway.Init") // set before each test
    private TestCertificate certificate;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Process proxy;

    @SuppressWarnings("NullAway.Init") // set before each test
    private CheckedRequests client;

    @BeforeEach
    void start() throws Exception {
        certificate = TestCertificate.of(directory, "dns:localhost");
        int port = FreePort.find();
        Path configuration = Files.writeString(directory.resolve("tinyproxy.conf"), """
            Port %d
            Listen 127.0.0.1
            Allow 127.0.0.1
            Timeout 600
            """.formatted(port));
        proxy = new ProcessBuilder("tinyproxy", "-d", "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("tinyproxy.log").toFile())
                .start();
        Await.until("proxy that listens", () -> listens(port));
        Settings settings = Settings.read(
                Map.of(
                        "NARTHEX_OUTBOUND_PROXY",
                        "http://127.0.0.1:" + port,
                        "NARTHEX_TRUST_STORE_FILE",
                        certificate.pem().toString()),
                new Properties());
        client = new CheckedRequests(
                settings.outbound().proxy(),
                new AddressPolicy(List.of(), (address, at) -> false),
                host -> {
                    lookups.add(host);
                    return InetAddress.getAllByName(host);
                },
                TrustedCertificates.of(settings));
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        proxy.destroy();
        proxy.waitFor();
    }

    private static URI at(FaultyUpstream upstream, String path) {
        return URI.create(upstream.url().replace("127.0.0.1", "localhost") + path);
    }

    private String get(URI uri) throws OutboundException {
        return new String(
                client.get(OutboundRequest.of(uri), 1_000, Duration.ofMinutes(1))
                        .body(),
                StandardCharsets.UTF_8);
    }

    @Test
    void asksForDocumentsAndResolvesNothingButTheProxy() throws Exception {
        try (FaultyUpstream upstream = new FaultyUpstream()) {
            upstream.answer("/doc", Answer.ok("words"));

            assertThat(get(at(upstream, "/doc"))).isEqualTo("words");

            assertThat(upstream.requests().getFirst().headers().get("via")).contains("tinyproxy");
            assertThat(lookups).containsOnly("127.0.0.1");
        }
    }

    @Test
    void letsTlsThroughAndShowsCredentialsToTheOtherEndAlone() throws Exception {
        try (FaultyUpstream upstream = new FaultyUpstream(certificate.listen(), "https")) {
            upstream.answer("/doc", Answer.ok("words"));
            URI uri = at(upstream, "/doc");
            OutboundRequest request = new OutboundRequest(
                    uri,
                    Map.of(),
                    Optional.of(new OutboundRequest.Credentials(CheckedRequests.originOf(uri), "Bearer secret")),
                    Set.of(),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1));

            try (OutboundResponse response = client.open(request)) {
                assertThat(response.body().readAllBytes())
                        .asString(StandardCharsets.UTF_8)
                        .isEqualTo("words");
            }

            assertThat(upstream.requests())
                    .singleElement()
                    .satisfies(r -> assertThat(r.headers()).containsEntry("authorization", "Bearer secret"));
            assertThat(Files.readString(directory.resolve("tinyproxy.log")))
                    .contains("CONNECT localhost:" + upstream.port())
                    .doesNotContain("secret");
        }
    }

    @Test
    void isAskedForNothingThatNobodyHereHasNamed() throws Exception {
        try (FaultyUpstream upstream = new FaultyUpstream()) {
            upstream.answer("/away", Answer.redirect("http://metadata.example/"))
                    .answer("/inside", Answer.redirect("http://127.0.0.1:" + upstream.port() + "/doc"));

            assertThatThrownBy(() -> get(at(upstream, "/away"))).isInstanceOf(OutboundException.HostRefused.class);
            assertThatThrownBy(() -> get(at(upstream, "/inside"))).isInstanceOf(OutboundException.HostRefused.class);
            assertThat(upstream.requestsOf("/doc")).isZero();
        }
    }
}
