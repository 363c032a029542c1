package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.store.StorePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every answer that can be kept says by what it is known, and is not sent again to who has it. */
@ExtendWith(SharedServer.class)
class ValidatorIT {
    private final WireClient wire = WireClient.toServer();

    @ParameterizedTest
    @ValueSource(strings = {"/", "/nix-cache-info", "/public-key", "/public-keys.json", "/version"})
    void isNotSentAgainToWhoHasIt(String target) throws Exception {
        Answer first = wire.get(target);

        Answer again = wire.get(target, "If-None-Match: " + first.header("ETag"));

        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
    }

    @Test
    void listingsAndDirectoriesAreKnownByTagAndDate() throws Exception {
        StorePath path = NixStore.served().add("validated", "text");
        for (String target : new String[] {"/" + path.hash() + ".ls", "/serve/" + path.hash()}) {
            Answer first = wire.get(target);

            assertThat(first.status()).isEqualTo(200);
            assertThat(wire.head(target).header("ETag")).isEqualTo(first.header("ETag"));
            assertThat(wire.get(target, "If-None-Match: " + first.header("ETag"))
                            .status())
                    .isEqualTo(304);
            assertThat(wire.get(target, "If-Modified-Since: " + first.header("Last-Modified"))
                            .status())
                    .isEqualTo(304);
        }
    }

    @Test
    void whatIsRefusedBeforeJaxRsIsOneLineOfText() throws Exception {
        Answer answer = wire.get("/", "Accept: ;;;,/,x");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).startsWith("text/plain");
        assertThat(answer.text()).startsWith("400 ").hasLineCount(1);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void thePageForRefusalsIsNoPage() throws Exception {
        assertThat(wire.get("/static/refused").status()).isEqualTo(404);
    }
}
