package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.FaultyUpstream;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.it.SharedServer;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StoreDir;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where an upstream's URLs, redirects and connections lead. */
@ExtendWith(SharedServer.class)
class UpstreamUrlsIT {
    /** A NAR by the URL that our narinfo gives it. */
    private static HttpResponse<byte[]> nar(TestUpstream upstream, SamplePath path) throws Exception {
        HttpResponse<byte[]> narInfo = upstream.cache().get(path.narInfoUrl());
        assertThat(narInfo.statusCode()).isEqualTo(200);
        return upstream.cache().get(NarInfoReader.read(narInfo.body()).url());
    }

    @Test
    void findsWhatLiesBelowAPrefix() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            upstream.put("{\"url\":\"" + upstream.server().url() + "/some/where/\"}");
            SamplePath path = SamplePath.ofBytes(1_000);
            upstream.server().answer("/some/where/" + path.narInfoUrl(), Answer.ok(path.signed(upstream.key())));
            upstream.server().answer("/some/where/" + path.info().url(), Answer.ok(path.file()));

            assertThat(nar(upstream, path).body()).isEqualTo(path.file());
        }
    }

    @Test
    void findsANarAtAnotherPlaceOfItsHostAndAtAnotherPort() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("");
                FaultyUpstream other = new FaultyUpstream()) {
            SamplePath above = SamplePath.ofBytes(1_000)
                    .telling("/above.nar.zst", Optional.empty(), OptionalLong.empty())
                    .at(upstream.server(), upstream.key());
            upstream.server().answer("/above.nar.zst", Answer.ok(above.file()));
            SamplePath beside = SamplePath.ofBytes(1_000)
                    .telling(other.url() + "/beside.nar.zst", Optional.empty(), OptionalLong.empty());
            upstream.server().answer("/" + beside.narInfoUrl(), Answer.ok(beside.signed(upstream.key())));
            other.answer("/beside.nar.zst", Answer.ok(beside.file()));

            assertThat(nar(upstream, above).body()).isEqualTo(above.file());
            assertThat(nar(upstream, beside).body()).isEqualTo(beside.file());
        }
    }

    @Test
    void followsRedirectsOfNarInfosAndNarsThatMayBeFollowed() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("");
                FaultyUpstream other = new FaultyUpstream()) {
            SamplePath path = SamplePath.ofBytes(1_000).at(other, upstream.key());
            for (String url : new String[] {path.narInfoUrl(), path.info().url()}) {
                upstream.server().answer("/" + url, Answer.redirect(other.url() + "/" + url));
            }

            assertThat(nar(upstream, path).body()).isEqualTo(path.file());
        }
    }

    @Test
    void isNotLedToThisServerItself() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = SamplePath.ofBytes(100);
            upstream.server()
                    .answer(
                            "/" + path.narInfoUrl(),
                            Answer.redirect(System.getProperty("it.url") + "/" + path.narInfoUrl()));

            assertThat(upstream.ask(path)).isEqualTo(404);
            assertThat(upstream.health()).contains("127.0.0.1 is not asked").contains("this server's own");
        }
    }

    @Test
    void asksForNoNarAtAnAddressThatIsNotPublic() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = SamplePath.ofBytes(100)
                    .telling("http://10.255.255.1/file.nar.zst", Optional.empty(), OptionalLong.empty())
                    .at(upstream.server(), upstream.key());

            assertThat(nar(upstream, path).statusCode()).isEqualTo(503);
            assertThat(upstream.health()).contains("10.255.255.1 is not asked");
        }
    }

    @Test
    void endsRedirectsThatLeadInACircle() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = SamplePath.ofBytes(100);
            upstream.server().answer("/" + path.narInfoUrl(), Answer.redirect("/" + path.narInfoUrl()));

            assertThat(upstream.ask(path)).isEqualTo(404);
            assertThat(upstream.server().requestsOf("/" + path.narInfoUrl())).isEqualTo(4);
        }
    }

    /** What HTTP/2 calls GOAWAY: the connection ends, and nobody said so. */
    @Test
    void mindsNoConnectionThatEndsBetweenTwoRequests() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            upstream.server().hangUp(true);

            for (int i = 0; i < 10; i++) {
                SamplePath path = upstream.path(1_000);
                assertThat(nar(upstream, path).body()).isEqualTo(path.file());
            }
            assertThat(upstream.health()).contains("\"failures\":0");
        }
    }

    @Test
    void takesNoNarInfoThatTrickles() throws Exception {
        try (TestUpstream upstream = TestUpstream.make(",\"lookupMillis\":200")) {
            SamplePath path = upstream.path(100);
            upstream.server().change("/" + path.narInfoUrl(), answer -> answer.slowly(1, 20));

            assertThat(upstream.ask(path)).isEqualTo(404);
            assertThat(upstream.health()).contains("did not answer within 200 ms");
        }
    }

    @Test
    void takesNoNarInfoOfAnotherStore() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path =
                    SamplePath.ofBytes(100).in(StoreDir.parse("/other/store")).at(upstream.server(), upstream.key());

            assertThat(upstream.ask(path)).isEqualTo(404);
        }
    }

    @Test
    void takesNoNarThatIsLongerThanItMayBe() throws Exception {
        try (TestUpstream upstream = TestUpstream.make(",\"maxNarBytes\":5000")) {
            assertThat(upstream.ask(upstream.path(6_000))).isEqualTo(404);
            assertThat(upstream.ask(upstream.path(4_000))).isEqualTo(200);
        }
    }
}
