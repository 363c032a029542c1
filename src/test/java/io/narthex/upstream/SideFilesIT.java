package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import io.narthex.it.Await;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.narinfo.RealisationFingerprint;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Listings, logs, realisations and debug information that an upstream has. */
@ExtendWith(SharedServer.class)
class SideFilesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LISTING =
            "{\"version\":1,\"root\":{\"type\":\"regular\",\"size\":100,\"narOffset\":96}}";

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static String source(HttpResponse<byte[]> answer) {
        return answer.headers().firstValue("X-Narthex-Source").orElse("none");
    }

    /** The feed may tell of the upstream that was just made, which lets a node forget, but not again and again. */
    private static void assertAskedHardlyEver(TestUpstream upstream, String url) {
        assertThat(upstream.server().requestsOf("/" + url)).isBetween(1L, 3L);
    }

    private static String listingUrl(SamplePath path) {
        return path.info().storePath().hash() + ".ls";
    }

    private static String derivation(String name) {
        return SamplePath.of(name, 1, "none").info().storePath() + ".drv";
    }

    /** What a Nix of 2.35 or newer is told of an output. */
    private static String told(StorePath derivation, StorePath outPath, SecretKey key) {
        Signature signature = key.sign(RealisationFingerprint.of(derivation, "out", outPath));
        return "{\"outPath\":\"" + outPath.baseName() + "\",\"signatures\":[\"" + signature + "\"]}";
    }

    @Test
    void aListingIsTheUpstreamsUntilItsNarIsHere() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(100);
            String url = listingUrl(path);
            upstream.server().answer("/" + url, Answer.ok(LISTING));

            HttpResponse<byte[]> theirs = upstream.cache().get(url);
            assertThat(text(theirs)).isEqualTo(LISTING);
            assertThat(source(theirs)).isEqualTo("upstream:" + upstream.name());
            for (int i = 0; i < 10; i++) {
                assertThat(upstream.cache().get(url).body()).isEqualTo(theirs.body());
            }
            assertAskedHardlyEver(upstream, url);

            upstream.cache()
                    .get(NarInfoReader.read(
                                    upstream.cache().get(path.narInfoUrl()).body())
                            .url());
            Await.until(
                    "listing of ours",
                    () -> upstream.cache().get(url).headers().firstValue("ETag").isPresent());
            assertThat(JSON.readTree(upstream.cache().get(url).body())
                            .at("/root/size")
                            .asInt())
                    .isEqualTo(100);
            assertThat(source(upstream.cache().get(url))).isEqualTo("upstream:" + upstream.name());
        }
    }

    @Test
    void aListingThatIsNoneIsAbsentAndSoIsOneOfAPathThatNobodyHasSigned() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(100);
            upstream.server().answer("/" + listingUrl(path), Answer.ok("{\"version\":1,\"root\":{"));
            SamplePath unsigned =
                    SamplePath.ofBytes(100).at(upstream.server(), SecretKey.generate("other", new SecureRandom()));
            upstream.server().answer("/" + listingUrl(unsigned), Answer.ok(LISTING));

            assertThat(upstream.cache().get(listingUrl(path)).statusCode()).isEqualTo(404);
            assertThat(upstream.cache().get(listingUrl(unsigned)).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aLogComesDecodedAndIsRemembered() throws Exception {
        try (TestUpstream upstream = TestUpstream.make(",\"deny\":[\"secret-*\"]")) {
            String log = "log/" + derivation("hello");
            byte[] coded = Zstd.compress("building\n".getBytes(StandardCharsets.UTF_8));
            upstream.server().answer("/" + log, Answer.ok(coded).with("Content-Encoding", "zstd"));
            String denied = "log/" + derivation("secret-1");
            upstream.server().answer("/" + denied, Answer.ok("building\n"));

            for (int i = 0; i < 10; i++) {
                HttpResponse<byte[]> answer = upstream.cache().get(log);
                assertThat(text(answer)).isEqualTo("building\n");
                assertThat(source(answer)).isEqualTo("upstream:" + upstream.name());
            }
            assertAskedHardlyEver(upstream, log);
            assertThat(upstream.cache().get(denied).statusCode()).isEqualTo(404);
            assertThat(upstream.server().requestsOf("/" + denied)).isZero();
        }
    }

    @Test
    void aLogThatIsTooLongOrBrokenIsAbsentAndNoFailure() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            String large = "log/" + derivation("large");
            upstream.server().answer("/" + large, Answer.ok(new byte[SideFiles.LONGEST + 1]));
            String broken = "log/" + derivation("broken");
            upstream.server().answer("/" + broken, Answer.ok("no zstd").with("Content-Encoding", "zstd"));

            assertThat(upstream.cache().get(large).statusCode()).isEqualTo(404);
            assertThat(upstream.cache().get(broken).statusCode()).isEqualTo(404);
            assertThat(upstream.health()).contains("\"failures\":0");
        }
    }

    @Test
    void whatIsNotThereIsRememberedAndARequiredUpstreamThatIsAwayIsNoAnswer() throws Exception {
        try (TestUpstream upstream = TestUpstream.make(",\"required\":true,\"lookupMillis\":500")) {
            String log = "log/" + derivation("none");
            for (int i = 0; i < 10; i++) {
                assertThat(upstream.cache().get(log).statusCode()).isEqualTo(404);
            }
            assertAskedHardlyEver(upstream, log);

            upstream.server().fallSilent(true);
            assertThat(upstream.cache().get("log/" + derivation("other")).statusCode())
                    .isEqualTo(503);
        }
    }

    @Test
    void aRealisationIsTakenWithASignatureOfTheUpstreamAndGetsOurs() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(100);
            StorePath derivation = StorePath.parseBaseName(derivation("floating"));
            String url = "build-trace-v2/" + derivation + "/out.doi";
            StorePath outPath = path.info().storePath();
            upstream.server().answer("/" + url, Answer.ok(told(derivation, outPath, upstream.key())));

            HttpResponse<byte[]> answer = upstream.cache().get(url);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(source(answer)).isEqualTo("upstream:" + upstream.name());
            JsonNode json = JSON.readTree(answer.body());
            assertThat(json.path("outPath").asText()).isEqualTo(outPath.baseName());
            PublicKey ours = PublicKey.parse(upstream.cache().keys());
            assertThat(json.path("signatures"))
                    .anySatisfy(signature -> assertThat(ours.verify(
                                    RealisationFingerprint.of(derivation, "out", outPath),
                                    Signature.parse(signature.asText())))
                            .isTrue());
            assertThat(upstream.cache().get("push/" + url).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aRealisationThatNobodyHasSignedIsAbsentAndRecorded() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            StorePath derivation = StorePath.parseBaseName(derivation("floating"));
            String url = "build-trace-v2/" + derivation + "/out.doi";
            SecretKey other = SecretKey.generate(upstream.name(), new SecureRandom());
            StorePath outPath = upstream.path(100).info().storePath();
            upstream.server().answer("/" + url, Answer.ok(told(derivation, outPath, other)));

            assertThat(upstream.cache().get(url).statusCode()).isEqualTo(404);

            assertThat(Rows.ofServer()
                            .texts(
                                    "select action || ' ' || (detail->>'upstream') from audit_event"
                                            + " where detail->>'file' = ?",
                                    url))
                    .containsExactly("upstream-signature-refused " + upstream.name());
        }
    }

    @Test
    void aRealisationOfAPathThatNobodyHasIsAbsent() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            StorePath derivation = StorePath.parseBaseName(derivation("floating"));
            StorePath nowhere = SamplePath.ofBytes(1).info().storePath();
            String url = "build-trace-v2/" + derivation + "/out.doi";
            upstream.server().answer("/" + url, Answer.ok(told(derivation, nowhere, upstream.key())));

            assertThat(upstream.cache().get(url).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void debugInformationIsToldOfNarsWhoseNarInfoIsKnown() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(100);
            String url = "debuginfo/" + "a".repeat(40) + ".debug";
            upstream.server()
                    .answer(
                            "/" + url,
                            Answer.ok("{\"archive\":\"../" + path.info().url() + "\",\"member\":\"lib/debug/x\"}"));

            assertThat(upstream.cache().get(url).statusCode()).isEqualTo(404);
            assertThat(upstream.ask(path)).isEqualTo(200);
            HttpResponse<byte[]> answer = upstream.cache().get(url);

            assertThat(source(answer)).isEqualTo("upstream:" + upstream.name());
            JsonNode json = JSON.readTree(answer.body());
            assertThat(json.path("archive").asText())
                    .isEqualTo("../" + path.info().url());
            assertThat(json.path("member").asText()).isEqualTo("lib/debug/x");
        }
    }
}
