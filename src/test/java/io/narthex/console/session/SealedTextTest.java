package io.narthex.console.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.configuration.Secret;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SealedTextTest {
    private static final byte[] BITS = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final Secret TEXT = new Secret("a refresh token, ä");

    @Test
    void isOpenedByTheSameBitsAlone() {
        byte[] sealed = SealedText.seal(TEXT, BITS);
        assertThat(SealedText.open(sealed, BITS)).contains(TEXT);
        assertThat(SealedText.open(sealed, new byte[32])).isEmpty();
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("refresh");
        assertThat(SealedText.seal(TEXT, BITS)).isNotEqualTo(sealed);
    }

    @Test
    void isNotOpenedOnceAByteIsAnother() {
        byte[] sealed = SealedText.seal(TEXT, BITS);
        for (int i = 0; i < sealed.length; i++) {
            byte[] other = sealed.clone();
            other[i] ^= 1;
            assertThat(SealedText.open(other, BITS)).isEmpty();
        }
        assertThat(SealedText.open(new byte[5], BITS)).isEmpty();
    }
}
