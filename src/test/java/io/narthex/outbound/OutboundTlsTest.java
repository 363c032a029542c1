package io.narthex.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.configuration.AddressBlock;
import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import io.narthex.it.FaultyUpstream;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.it.TestCertificate;
import java.net.InetAddress;
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
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.StandardConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboundTlsTest {
    private static final Duration SECONDS = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static TestCertificate certificate;

    private final Queue<String> saidNames = new ConcurrentLinkedQueue<>();

    @SuppressWarnings("NullAway.Init") // set before each test
    private FaultyUpstream upstream;

    @BeforeAll
    static void make() throws Exception {
        certificate = TestCertificate.of(directory, "dns:cache.example");
    }

    @BeforeEach
    void start() throws Exception {
        SSLServerSocket listener = (SSLServerSocket) certificate.listen();
        SSLParameters parameters = listener.getSSLParameters();
        parameters.setSNIMatchers(List.of(new SNIMatcher(StandardConstants.SNI_HOST_NAME) {
            @Override
            public boolean matches(SNIServerName name) {
                saidNames.add(new String(name.getEncoded(), StandardCharsets.US_ASCII));
                return true;
            }
        }));
        listener.setSSLParameters(parameters);
        upstream = new FaultyUpstream(listener, "https");
        upstream.answer("/doc", Answer.ok("words"));
    }

    @AfterEach
    void stop() throws Exception {
        upstream.close();
    }

    private CheckedRequests client(Map<String, String> settings) {
        AddressPolicy policy = new AddressPolicy(List.of(AddressBlock.parse("127.0.0.1")), (address, port) -> false);
        return new CheckedRequests(
                Optional.empty(),
                policy,
                host -> new InetAddress[] {InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1})},
                TrustedCertificates.of(Settings.read(settings, new Properties())));
    }

    private CheckedRequests trusting(Path file) {
        return client(Map.of("NARTHEX_TRUST_STORE_FILE", file.toString()));
    }

    private URI at(String host, String path) {
        return URI.create("https://" + host + ":" + upstream.port() + path);
    }

    private static OutboundDocument get(CheckedRequests client, URI uri, long most, Duration deadline)
            throws OutboundException {
        return client.get(OutboundRequest.of(uri), most, deadline);
    }

    @Test
    void showsTheNameToTheCheckedAddressAndHoldsTheCertificateAgainstIt() throws Exception {
        CheckedRequests client = trusting(certificate.pem());

        assertThat(get(client, at("cache.example", "/doc"), 100, SECONDS).status())
                .isEqualTo(200);
        assertThat(saidNames).containsExactly("cache.example");
        assertThatThrownBy(() -> get(client, at("other.example", "/doc"), 100, SECONDS))
                .isInstanceOf(OutboundException.Unreachable.class);
        client.close();
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void trustsNobodyWhomNoFileNames() throws Exception {
        CheckedRequests client = client(Map.of());

        assertThatThrownBy(() -> get(client, at("cache.example", "/doc"), 100, SECONDS))
                .isInstanceOf(OutboundException.Unreachable.class);
        client.close();
        assertThat(upstream.requests()).isEmpty();
    }

    @Test
    void readsAKeyStoreAsWell() throws Exception {
        CheckedRequests client = trusting(certificate.keyStore());

        assertThat(get(client, at("cache.example", "/doc"), 100, SECONDS).status())
                .isEqualTo(200);
        client.close();
    }

    @Test
    void refusesToStartWithAFileThatHoldsNoCertificate() throws Exception {
        Path file = Files.writeString(directory.resolve("ca.pem"), "none");

        assertThatThrownBy(() -> client(Map.of(
                        "NARTHEX_TRUST_STORE_FILE", file.toString(),
                        "NARTHEX_HOME", directory.toString())))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("NARTHEX_TRUST_STORE_FILE=" + file);
    }

    @Test
    void sendsCredentialsToTheirOriginAlone() throws Exception {
        CheckedRequests client = trusting(certificate.pem());
        try (FaultyUpstream other = new FaultyUpstream(certificate.listen(), "https")) {
            other.answer("/there", Answer.ok("words"));
            upstream.answer("/here", Answer.redirect("/moved"))
                    .answer("/moved", Answer.redirect("https://cache.example:" + other.port() + "/there"));
            OutboundRequest request = new OutboundRequest(
                    at("cache.example", "/here"),
                    Map.of(),
                    Optional.of(new OutboundRequest.Credentials(
                            CheckedRequests.originOf(at("cache.example", "/")), "Bearer secret")),
                    Set.of(),
                    SECONDS,
                    SECONDS);

            assertThat(client.get(request, 100, SECONDS).status()).isEqualTo(200);
            assertThat(upstream.requests())
                    .hasSize(2)
                    .allSatisfy(r -> assertThat(r.headers()).containsEntry("authorization", "Bearer secret"));
            assertThat(other.requests())
                    .singleElement()
                    .satisfies(r -> assertThat(r.headers()).doesNotContainKey("authorization"));
        }
        client.close();
    }

    @Test
    void followsNoRedirectFromHttpsToHttp() throws Exception {
        CheckedRequests client = trusting(certificate.pem());
        try (FaultyUpstream plain = new FaultyUpstream()) {
            upstream.answer("/here", Answer.redirect(plain.url() + "/there"));

            assertThatThrownBy(() -> get(client, at("cache.example", "/here"), 100, SECONDS))
                    .isInstanceOf(OutboundException.RedirectRefused.class);
            assertThat(plain.requests()).isEmpty();
        }
        client.close();
    }
}
