package io.narthex.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.configuration.AddressBlock;
import io.narthex.configuration.Settings;
import io.narthex.it.FaultyUpstream;
import io.narthex.it.FaultyUpstream.Answer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("AddressSelection") // addresses, no names
class CheckedRequestsTest {
    private static final Duration SECONDS = Duration.ofSeconds(20);

    private final Queue<String> lookups = new ConcurrentLinkedQueue<>();
    private final Map<String, List<String>> names = new HashMap<>();

    @SuppressWarnings("NullAway.Init") // set before each test
    private FaultyUpstream upstream;

    @SuppressWarnings("NullAway.Init") // set before each test
    private CheckedRequests client;

    @BeforeEach
    void start() throws Exception {
        upstream = new FaultyUpstream();
        client = client(Map.of());
    }

    /** Connects to 127.0.0.1 alone, which is listed; every name means that unless the test says otherwise. */
    private CheckedRequests client(Map<String, String> settings) {
        AddressPolicy policy = new AddressPolicy(List.of(AddressBlock.parse("127.0.0.1")), (address, port) -> false);
        Settings read = Settings.read(settings, new Properties());
        return new CheckedRequests(read.outbound().proxy(), policy, this::addresses, TrustedCertificates.of(read));
    }

    private InetAddress[] addresses(String host) throws UnknownHostException {
        lookups.add(host);
        if (host.matches("[0-9.]+")) {
            return new InetAddress[] {InetAddress.getByName(host)};
        }
        List<String> found = names.getOrDefault(host, List.of("127.0.0.1"));
        InetAddress[] addresses = new InetAddress[found.size()];
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = InetAddress.getByAddress(
                    host, AddressBlock.parseAddress(found.get(i)).getAddress());
        }
        return addresses;
    }

    private static OutboundDocument get(CheckedRequests client, URI uri, long most, Duration deadline)
            throws OutboundException {
        return client.get(OutboundRequest.of(uri), most, deadline);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        upstream.close();
    }

    private URI at(String path) {
        return URI.create(upstream.url() + path);
    }

    private URI named(String host, String path) {
        return URI.create("http://" + host + ":" + upstream.port() + path);
    }

    @Test
    void fetchesADocument() throws Exception {
        upstream.answer("/doc", Answer.ok("words").with("Content-Type", "text/plain"));

        OutboundDocument document = get(client, at("/doc"), 100, SECONDS);

        assertThat(document.status()).isEqualTo(200);
        assertThat(new String(document.body(), StandardCharsets.UTF_8)).isEqualTo("words");
        assertThat(document.contentType()).isEqualTo("text/plain");
    }

    @Test
    void givesAnyStatusAsAnAnswer() throws Exception {
        upstream.answer("/busy", Answer.of(429, new byte[0]).with("Retry-After", "7"));

        OutboundDocument document = get(client, at("/busy"), 100, SECONDS);

        assertThat(document.status()).isEqualTo(429);
        assertThat(document.retryAfter()).contains("7");
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void sendsNothingButItsOwnHeaders() throws Exception {
        upstream.answer("/doc", Answer.ok("words"));

        get(client, at("/doc"), 100, SECONDS);

        assertThat(upstream.requests().getFirst().headers().keySet())
                .containsExactlyInAnyOrder("host", "connection", "user-agent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://127.0.0.1/", "file:/etc/passwd", "http:///x", "http://user@127.0.0.1/", "/x"})
    void refusesWhatIsNoUrlOfAHost(String url) {
        assertThatThrownBy(() -> get(client, URI.create(url), 100, SECONDS))
                .isInstanceOf(OutboundException.BadUrl.class);
    }

    @Test
    void refusesANameWhoseAddressIsNotAllowed() {
        names.put("inside.example", List.of("127.0.0.2"));

        assertThatThrownBy(() -> get(client, named("inside.example", "/"), 100, SECONDS))
                .isInstanceOf(OutboundException.HostRefused.class)
                .hasMessageContaining("inside.example")
                .hasMessageNotContaining("127.0.0.2");
        assertThat(upstream.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.2", "2130706434", "[::1]", "0x7f.2", "[::ffff:127.0.0.2]"})
    void refusesAnAddressInWhicheverSpelling(String host) {
        assertThatThrownBy(() -> {
                    CheckedRequests real = new CheckedRequests(
                            Optional.empty(),
                            new AddressPolicy(List.of(), (address, port) -> false),
                            InetAddress::getAllByName,
                            TrustedCertificates.read(Optional.empty()));
                    try {
                        get(real, URI.create("http://" + host + ":" + upstream.port() + "/"), 100, SECONDS);
                    } finally {
                        real.close();
                    }
                })
                .isInstanceOf(OutboundException.class);
        assertThat(upstream.requests()).isEmpty();
    }

    /** A resolver that gives a public address to who checks and another to who connects. */
    @Test
    void resolvesANameOnceAndConnectsToWhatWasChecked() throws Exception {
        upstream.answer("/doc", Answer.ok("words"));
        names.put("changing.example", List.of("127.0.0.1"));
        CheckedRequests changing = new CheckedRequests(
                Optional.empty(),
                new AddressPolicy(List.of(AddressBlock.parse("127.0.0.1")), (address, port) -> false),
                host -> {
                    InetAddress[] now = addresses(host);
                    names.put("changing.example", List.of("127.0.0.2"));
                    return now;
                },
                TrustedCertificates.read(Optional.empty()));

        assertThat(get(changing, named("changing.example", "/doc"), 100, SECONDS)
                        .status())
                .isEqualTo(200);
        assertThat(lookups).containsExactly("changing.example");
        changing.close();
        assertThat(upstream.requests().getFirst().headers())
                .containsEntry("host", "changing.example:" + upstream.port());
    }

    @Test
    void leavesOutTheAddressesThatAreNotAllowed() throws Exception {
        upstream.answer("/doc", Answer.ok("words"));
        names.put("two.example", List.of("127.0.0.2", "127.0.0.1"));

        assertThat(get(client, named("two.example", "/doc"), 100, SECONDS).status())
                .isEqualTo(200);
    }

    @Test
    void followsThreeRedirects() throws Exception {
        upstream.answer("/a", Answer.redirect("/b"))
                .answer("/b", Answer.redirect("/c"))
                .answer("/c", Answer.redirect("/d"))
                .answer("/d", Answer.ok("there"));

        assertThat(get(client, at("/a"), 100, SECONDS).body())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("there");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:99999/",
                "http://127.0.0.1:0/",
                "http://me@127.0.0.1/",
                "mailto:me",
                "http:///x"
            })
    void followsNoRedirectToWhatCannotBeAsked(String location) {
        upstream.answer("/a", Answer.redirect(location));

        assertThatThrownBy(() -> get(client, at("/a"), 100, SECONDS)).isInstanceOf(OutboundException.BadUrl.class);
    }

    @Test
    void followsNoFourthRedirect() {
        upstream.answer("/a", Answer.redirect("/a"));

        assertThatThrownBy(() -> get(client, at("/a"), 100, SECONDS))
                .isInstanceOf(OutboundException.RedirectRefused.class);
        assertThat(upstream.requestsOf("/a")).isEqualTo(4);
    }

    @Test
    void checksARedirectAnew() {
        upstream.answer("/a", Answer.redirect("http://127.0.0.2:" + upstream.port() + "/secret"));

        assertThatThrownBy(() -> get(client, at("/a"), 100, SECONDS)).isInstanceOf(OutboundException.HostRefused.class);
        assertThat(upstream.requestsOf("/secret")).isZero();
    }

    @Test
    void followsARedirectOnlyToNamedHostsWhereSomeAreNamed() throws Exception {
        upstream.answer("/a", Answer.redirect(named("other.example", "/b").toString()))
                .answer("/b", Answer.ok("there"));
        OutboundRequest request = request("/a", Set.of("another.example"), Optional.empty());

        assertThatThrownBy(() -> client.get(request, 100, SECONDS))
                .isInstanceOf(OutboundException.RedirectRefused.class)
                .hasMessageContaining("other.example");
        assertThat(client.get(request("/a", Set.of("other.example"), Optional.empty()), 100, SECONDS)
                        .status())
                .isEqualTo(200);
    }

    private OutboundRequest request(String path, Set<String> hosts, Optional<OutboundRequest.Credentials> credentials) {
        return new OutboundRequest(at(path), Map.of(), credentials, hosts, SECONDS, SECONDS);
    }

    @Test
    void neverSendsCredentialsWithoutTls() throws Exception {
        upstream.answer("/doc", Answer.ok("words"));
        OutboundRequest.Credentials credentials =
                new OutboundRequest.Credentials(CheckedRequests.originOf(at("/")), "Bearer secret");

        client.get(request("/doc", Set.of(), Optional.of(credentials)), 100, SECONDS);

        assertThat(upstream.requests().getFirst().headers()).doesNotContainKey("authorization");
        assertThat(credentials.toString()).doesNotContain("secret");
    }

    @Test
    void endsADocumentThatIsTooLong() throws Exception {
        upstream.answer("/told", Answer.ok("0123456789"));

        assertThat(get(client, at("/told"), 10, SECONDS).body()).hasSize(10);
        assertThatThrownBy(() -> get(client, at("/told"), 9, SECONDS)).isInstanceOf(OutboundException.TooLong.class);
    }

    @Test
    void endsWhatNeverAnswersAtItsDeadline() {
        upstream.fallSilent(true);

        assertThatThrownBy(() -> get(client, at("/doc"), 100, Duration.ofMillis(200)))
                .isInstanceOf(OutboundException.TimedOut.class);
    }

    /** Each read brings something, so that no limit of a single read would ever end it. */
    @Test
    void endsWhatTricklesAtItsDeadline() {
        upstream.answer("/slow", Answer.ok(new byte[1 << 20]).slowly(1, 20));

        assertThatThrownBy(() -> get(client, at("/slow"), 1 << 21, Duration.ofMillis(300)))
                .isInstanceOf(OutboundException.TimedOut.class);
    }

    @Test
    void tellsABodyThatIsCut() {
        upstream.answer("/cut", Answer.ok("0123456789").cutAt(5));

        assertThatThrownBy(() -> get(client, at("/cut"), 100, SECONDS))
                .isInstanceOf(OutboundException.Unreachable.class);
    }

    @Test
    void opensAnAnswerThatIsReadAsItComes() throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        upstream.answer("/file", Answer.ok("0123456789").heldAt(5, latch));

        try (OutboundResponse response = client.open(OutboundRequest.of(at("/file")))) {
            InputStream body = response.body();
            assertThat(response.length()).hasValue(10);
            assertThat(body.readNBytes(5)).asString(StandardCharsets.UTF_8).isEqualTo("01234");
            latch.countDown();
            assertThat(body.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("56789");
        }
    }

    @Test
    void asksAProxyAndResolvesNothing() throws Exception {
        upstream.answer("http://cache.example/doc", Answer.ok("words"));
        CheckedRequests proxied = client(Map.of("NARTHEX_OUTBOUND_PROXY", upstream.url()));

        assertThat(get(proxied, URI.create("http://cache.example/doc"), 100, SECONDS)
                        .status())
                .isEqualTo(200);
        proxied.close();
        assertThat(lookups).containsExactly("127.0.0.1");
    }

    @Test
    void asksAProxyForNoHostThatNobodyHereHasNamed() throws Exception {
        upstream.answer("http://cache.example/doc", Answer.redirect("http://metadata.example/"));
        CheckedRequests proxied = client(Map.of("NARTHEX_OUTBOUND_PROXY", upstream.url()));

        assertThatThrownBy(() -> get(proxied, URI.create("http://cache.example/doc"), 100, SECONDS))
                .isInstanceOf(OutboundException.HostRefused.class);
        assertThatThrownBy(() -> get(proxied, URI.create("http://169.254.169.254/"), 100, SECONDS))
                .isInstanceOf(OutboundException.HostRefused.class);
        proxied.close();
        assertThat(upstream.requests()).hasSize(1);
    }
}
