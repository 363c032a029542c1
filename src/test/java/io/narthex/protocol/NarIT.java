package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code nar/…}: the bytes of a path, all of them and in parts, compared with what the real Nix dumps. */
@ExtendWith(SharedServer.class)
class NarIT {
    private final WireClient wire = WireClient.toServer();
    private final NixStore served = NixStore.served();

    @SuppressWarnings("NullAway.Init") // set before each test
    private StorePath path;

    private byte[] nar = {};
    private String narHash = "";
    private String url = "";

    @BeforeEach
    void path() throws IOException {
        path = served.add(Recipes.tree(served, "packed"));
        nar = served.dump(path);
        narHash = NixHash.parse(served.run("nix-store", "--store", served.uri(), "-q", "--hash", NixStore.path(path))
                        .strip())
                .nix32();
        url = "/nar/" + narHash + ".nar";
    }

    @Test
    void isTheSameUnderAllThreeForms() throws Exception {
        for (String form :
                List.of(url, "/nar/" + path.hash() + "-" + narHash + ".nar", "/nar/" + path.hash() + ".nar")) {
            Answer answer = wire.get(form);
            assertThat(answer.status()).as(form).isEqualTo(200);
            assertThat(answer.body()).as(form).isEqualTo(nar);
        }
    }

    @Test
    void promisesItsLength() throws Exception {
        Answer answer = wire.get(url);

        assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(nar.length));
        assertThat(answer.has("Transfer-Encoding")).isFalse();
        assertThat(answer.header("Content-Type")).isEqualTo("application/x-nix-nar");
    }

    @Test
    void mayBeKeptForeverUnderItsOwnHash() throws Exception {
        Answer answer = wire.get(url);

        assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
        assertThat(answer.header("ETag")).isEqualTo('"' + narHash + '"');
        assertThat(answer.header("Last-Modified")).endsWith(" GMT");
    }

    @Test
    void mayBeKeptForADayUnderTheHashOfItsPath() throws Exception {
        assertThat(wire.get("/nar/" + path.hash() + ".nar").header("Cache-Control"))
                .isEqualTo("public, max-age=86400");
    }

    @Test
    void isAbsentUnderTheHashOfAnotherNar() throws Exception {
        String other = NixHash.ofSha256(new byte[32]).nix32();

        assertThat(wire.get("/nar/" + path.hash() + "-" + other + ".nar").status())
                .isEqualTo(404);
        assertThat(wire.get("/nar/" + other + ".nar").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nar/x.nar",
                "/nar/.nar",
                "/nar/00000000000000000000000000000000.nar.xz",
                "/nar/00000000000000000000000000000000",
                "/nar/00000000000000000000000000000000-.nar",
                "/nar/0000000000000000000000000000000000000000000000000000.nar2",
                "/nar/z000000000000000000000000000000000000000000000000000.nar",
                "/nar/000000000000000000000000000000000000000000000000000e.nar"
            })
    void isMalformedUnderAnotherForm(String form) throws Exception {
        Answer answer = wire.get(form);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).startsWith("text/plain");
        assertThat(answer.text()).startsWith("400 ").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({
        "0-0, 0, 1",
        "0-, 0, 100000",
        "1-, 1, 100000",
        "100-199, 100, 200",
        "-1, -1, 100000",
        "-500, -500, 100000",
        "-99999999, 0, 100000",
        "5000-99999999999999999999999, 5000, 100000",
        "8-15, 8, 16"
    })
    void sendsAPart(String range, int first, int end) throws Exception {
        int from = first < 0 ? nar.length + first : first;
        int to = Math.min(end, nar.length);

        Answer answer = wire.get(url, "Range: bytes=" + range);

        assertThat(answer.status()).isEqualTo(206);
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(nar, from, to));
        assertThat(answer.header("Content-Range")).isEqualTo("bytes " + from + "-" + (to - 1) + "/" + nar.length);
        assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(to - from));
    }

    @Test
    void sendsEveryTailRight() throws Exception {
        for (int from = 0; from < nar.length; from += 397) {
            assertThat(wire.get(url, "Range: bytes=" + from + "-").body())
                    .as("from %s", from)
                    .isEqualTo(Arrays.copyOfRange(nar, from, nar.length));
        }
    }

    @Test
    void lastByteIsAPart() throws Exception {
        Answer answer = wire.get(url, "Range: bytes=" + (nar.length - 1) + "-");

        assertThat(answer.status()).isEqualTo(206);
        assertThat(answer.body()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999999-", "99999999-100000000", "-0"})
    void hasNothingBeyondItsEnd(String range) throws Exception {
        Answer answer = wire.get(url, "Range: bytes=" + range);

        assertThat(answer.status()).isEqualTo(416);
        assertThat(answer.header("Content-Range")).isEqualTo("bytes */" + nar.length);
        assertThat(answer.header("Content-Type")).startsWith("text/plain");
    }

    @Test
    void hasNothingRightBehindItsEnd() throws Exception {
        assertThat(wire.get(url, "Range: bytes=" + nar.length + "-").status()).isEqualTo(416);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-1,5-6", "bytes=5-4", "bytes=a-b", "bytes=-", "bytes", "lines=0-1", "bytes=0-1-2"})
    void isSentWholeForARangeThatItDoesNotTake(String range) throws Exception {
        Answer answer = wire.get(url, "Range: " + range);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(nar);
    }

    @Test
    void sendsTheRestToWhoBeganWithTheSame() throws Exception {
        Answer whole = wire.get(url);
        for (String condition : List.of(whole.header("ETag"), whole.header("Last-Modified"))) {
            assertThat(wire.get(url, "Range: bytes=5-", "If-Range: " + condition)
                            .status())
                    .as(condition)
                    .isEqualTo(206);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"other\"", "Thu, 01 Jan 1970 00:00:00 GMT", "*"})
    void sendsAllToWhoBeganWithAnother(String condition) throws Exception {
        Answer answer = wire.get(url, "Range: bytes=5-", "If-Range: " + condition);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(nar);
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-None: 1", "Range: bytes=1-2", "Range: bytes=99999999-"})
    void saysThatItTakesRanges(String header) throws Exception {
        assertThat(wire.get(url, header).header("Accept-Ranges")).isEqualTo("bytes");
        assertThat(wire.head(url, header).header("Accept-Ranges")).isEqualTo("bytes");
    }

    @Test
    void answersHeadLikeGetWithoutABody() throws Exception {
        Answer head = wire.head(url);
        Answer get = wire.get(url);

        assertThat(head.body()).isEmpty();
        assertThat(head.status()).isEqualTo(200);
        for (String name : List.of("Content-Length", "ETag", "Last-Modified", "Cache-Control", "Content-Type")) {
            assertThat(head.header(name)).as(name).isEqualTo(get.header(name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip, br", "*", "zstd;q=0, br, gzip, deflate, bzip2, xz"})
    void isNotCodedForWhoDoesNotTakeZstd(String accepted) throws Exception {
        Answer answer = wire.get(url, "Accept-Encoding: " + accepted);

        assertThat(answer.has("Content-Encoding")).isFalse();
        assertThat(answer.isWhole()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip, br", "zstd", "*", "zstd, br, gzip, deflate, bzip2, xz"})
    void isNotCodedInAPartThatNamesNoVersion(String accepted) throws Exception {
        Answer answer = wire.get(url, "Accept-Encoding: " + accepted, "Range: bytes=8-");

        assertThat(answer.has("Content-Encoding")).isFalse();
        assertThat(answer.isWhole()).isTrue();
    }

    @Test
    void isNotSentAgainToWhoHasIt() throws Exception {
        Answer first = wire.get(url);
        for (String condition : List.of(
                "If-None-Match: " + first.header("ETag"), "If-Modified-Since: " + first.header("Last-Modified"))) {
            Answer again = wire.get(url, condition);
            assertThat(again.status()).as(condition).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
        }
    }

    @Test
    void isNotWrittenByWhoShowsNoToken() throws Exception {
        Answer answer = wire.send("PUT", url, "Content-Length: 0");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).startsWith("Basic ");
        assertThat(answer.text()).startsWith("401 ").hasLineCount(1);
    }
}
