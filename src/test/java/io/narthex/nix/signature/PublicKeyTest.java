package io.narthex.nix.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.Golden;
import io.narthex.nix.hash.NixFormatException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublicKeyTest {
    private static final byte[] MESSAGE = {1, 2, 3};

    private final SecretKey secret = SecretKey.parse(Golden.text("secret.key"));
    private final Signature signature = secret.sign(MESSAGE);

    @Test
    void readsAndWritesTheTextOfNix() {
        PublicKey key = PublicKey.parse(Golden.text("public.key"));
        assertThat(key).hasToString(Golden.text("public.key")).isEqualTo(secret.publicKey());
        assertThat(key.verify(MESSAGE, signature)).isTrue();
    }

    @Test
    void refusesASignatureOverAnotherMessage() {
        assertThat(secret.publicKey().verify(new byte[] {1, 2, 4}, signature)).isFalse();
        assertThat(secret.publicKey().verify(new byte[0], signature)).isFalse();
    }

    @Test
    void refusesASignatureWithAnyBitChanged() {
        for (int bit = 0; bit < 512; bit++) {
            byte[] bytes = signature.bytes();
            bytes[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(secret.publicKey().verify(MESSAGE, new Signature(signature.keyName(), bytes)))
                    .as("bit %d", bit)
                    .isFalse();
        }
    }

    @Test
    void refusesASignatureThatNamesAnotherKey() {
        assertThat(secret.publicKey().verify(MESSAGE, new Signature("other-1", signature.bytes())))
                .isFalse();
    }

    @Test
    void refusesASignatureByAnotherKeyOfTheSameName() {
        PublicKey other = PublicKey.parse(Golden.text("other.public.key"));
        assertThat(new PublicKey(signature.keyName(), other.bytes()).verify(MESSAGE, signature))
                .isFalse();
    }

    @Test
    void refusesMalformedTexts() {
        String base64 = "bSNRzkcpZXZic2jazJnjKwJpEpuCdSAtuM/xFi570mA=";
        for (String text : List.of(
                base64,
                ":" + base64,
                "a b:" + base64,
                "a\n:" + base64,
                "a:" + base64 + "\n",
                "a:b:" + base64,
                "a:",
                "a:" + base64.substring(4),
                "a:" + base64.replace("mA=", "mB="),
                "\u00e9:" + base64,
                "")) {
            assertThatThrownBy(() -> PublicKey.parse(text)).as(text).isInstanceOf(NixFormatException.class);
        }
    }
}
