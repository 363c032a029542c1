package io.narthex.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.hash.NixFormatException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContentAddressTest {
    private static final String SHA256 = "sha256:1zfynm6ppspqv6gdjljss4kkfk2y3ki5dd57zhyxdjxpl07m1hgf";
    private static final String SHA1 = "sha1:" + "0".repeat(32);

    @Test
    void readsAndWritesEachMethod() {
        for (String text : List.of(
                "text:" + SHA256, "fixed:" + SHA256, "fixed:r:" + SHA256, "fixed:r:" + SHA1, "fixed:git:" + SHA1)) {
            assertThat(ContentAddress.parse(text)).hasToString(text);
        }
        assertThat(ContentAddress.parse("fixed:r:" + SHA256).method()).isEqualTo(ContentAddress.Method.NAR);
    }

    @Test
    void writesTheHashInBase32() {
        ContentAddress address = ContentAddress.parse("text:" + SHA256);
        assertThat(ContentAddress.parse("text:" + address.hash().toBase16()))
                .isEqualTo(address)
                .hasToString("text:" + SHA256);
    }

    @Test
    void refusesAnythingElse() {
        for (String text : List.of(
                "",
                "text",
                "text:",
                "text:" + SHA1,
                "fixed:x:" + SHA256,
                "fixed:r:",
                SHA256,
                "TEXT:" + SHA256,
                "text:" + SHA256 + "\n",
                "text:sha256-Gdv3aZxiBoNAKW3oJ6qYeTaX5ptRYjHNcdhlMCQfiRU=")) {
            assertThatThrownBy(() -> ContentAddress.parse(text)).as(text).isInstanceOf(NixFormatException.class);
        }
    }
}
