package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.signature.PublicKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the cache says of itself: to clients, to programs. */
@ExtendWith(SharedServer.class)
class CacheInfoIT {
    private final WireClient wire = WireClient.toServer();

    @Test
    void isFourLines() throws Exception {
        Answer answer = wire.get("/nix-cache-info");

        assertThat(answer.text())
                .isEqualTo("StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 30\nGetNarInfosV1: /get-narinfos-v1\n");
        assertThat(answer.header("Content-Type")).startsWith("text/x-nix-cache-info");
        assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=86400");
    }

    @Test
    void isNotWrittenByWhoShowsNoToken() throws Exception {
        Answer answer = wire.send("PUT", "/nix-cache-info", "Content-Length: 0");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).startsWith("Basic ");
        assertThat(answer.text()).startsWith("401 ").hasLineCount(1);
    }

    @Test
    void answersHeadWithoutABody() throws Exception {
        assertThat(wire.head("/nix-cache-info").body()).isEmpty();
        assertThat(wire.head("/nix-cache-info").status()).isEqualTo(200);
    }

    @Test
    void namesItsKeysInTheFormOfNix() throws Exception {
        Answer answer = wire.get("/public-key");

        assertThat(answer.text().lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(PublicKey.parse(line)).hasToString(line));
        assertThat(answer.header("Content-Type")).startsWith("text/plain");
    }

    @Test
    void namesItsVersion() throws Exception {
        assertThat(wire.get("/version").text()).matches("narthex \\d\\S*\n");
    }
}
