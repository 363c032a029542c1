package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** NARs of the machine's store that were asked for before: they are sent from a copy, coded to who takes that. */
@ExtendWith(SharedServer.class)
class NarCopyIT {
    private static final String ZSTD = "Accept-Encoding: zstd";
    /** Long enough for a copy, and worth coding. */
    private static final int SIZE = 300_000;

    private final WireClient wire = WireClient.toServer();

    @SuppressWarnings("NullAway.Init") // set before the tests
    private static StorePath path;

    @SuppressWarnings("NullAway.Init") // set before the tests
    private static String url;

    @SuppressWarnings("NullAway.Init") // set before the tests
    private static byte[] nar;

    @SuppressWarnings("NullAway.Init") // set before the tests
    private static Answer coded;

    @BeforeAll
    static void askUntilTheCopyIsReady() throws Exception {
        NixStore served = NixStore.served();
        WireClient wire = WireClient.toServer();
        path = served.add("copied", "to be copied ".repeat(SIZE / 13).getBytes(StandardCharsets.US_ASCII));
        nar = served.dump(path);
        url = "/"
                + wire.get("/" + path.hash() + ".narinfo")
                        .text()
                        .lines()
                        .filter(line -> line.startsWith("URL: "))
                        .findFirst()
                        .orElseThrow()
                        .substring(5);
        Instant end = Instant.now().plusSeconds(60);
        do {
            coded = wire.get(url, ZSTD);
        } while (!coded.has("Content-Encoding") && Instant.now().isBefore(end));
    }

    @Test
    void isSentCodedWithItsLengthAndATagOfItsOwn() {
        assertThat(coded.header("Content-Encoding")).isEqualTo("zstd");
        assertThat(coded.isWhole()).isTrue();
        assertThat(coded.header("ETag")).contains("-zstd-");
        assertThat(coded.header("Vary")).isEqualTo("Accept-Encoding");
        assertThat(Zstd.decompress(coded.body(), nar.length)).isEqualTo(nar);
    }

    @Test
    void isSentAsItIsToWhoDoesNotTakeTheCoding() throws Exception {
        Answer answer = wire.get(url);

        assertThat(answer.has("Content-Encoding")).isFalse();
        assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
        assertThat(answer.body()).isEqualTo(nar);
        assertThat(answer.header("ETag")).isNotEqualTo(coded.header("ETag"));
    }

    @Test
    void goesOnWithACodedDownloadThatWasCut() throws Exception {
        Answer rest = wire.get(url, ZSTD, "Range: bytes=10-", "If-Range: " + coded.header("ETag"));

        assertThat(rest.status()).isEqualTo(206);
        assertThat(rest.header("Content-Encoding")).isEqualTo("zstd");
        assertThat(rest.header("Content-Range"))
                .isEqualTo("bytes 10-" + (coded.body().length - 1) + "/" + coded.body().length);
        assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(coded.body(), 10, coded.body().length));
    }

    @Test
    void goesOnUncodedWithWhatMayHaveBegunBeforeTheCopyWasReady() throws Exception {
        Answer rest = wire.get(url, ZSTD, "Range: bytes=100-199");

        assertThat(rest.status()).isEqualTo(206);
        assertThat(rest.has("Content-Encoding")).isFalse();
        assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(nar, 100, 200));
    }

    @Test
    void saysThatACodedCopyIsUnchanged() throws Exception {
        assertThat(wire.get(url, ZSTD, "If-None-Match: " + coded.header("ETag")).status())
                .isEqualTo(304);
    }

    @Test
    void tellsTheLengthOfWhatAGetWouldSend() throws Exception {
        Answer head = wire.head(url, ZSTD);

        assertThat(head.header("Content-Encoding")).isEqualTo("zstd");
        assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(coded.body().length));
    }

    @Test
    void isNotSentForAPathThatWasCollected() throws Exception {
        NixStore served = NixStore.served();
        StorePath gone =
                served.add("copied-and-gone", "also copied ".repeat(SIZE / 12).getBytes(StandardCharsets.US_ASCII));
        String nars = "/nar/" + gone.hash() + ".nar";
        assertThat(wire.get(nars).status()).isEqualTo(200);
        assertThat(wire.get(nars).status()).isEqualTo(200);

        served.delete(gone);

        assertThat(wire.get(nars).status()).isEqualTo(404);
    }
}
