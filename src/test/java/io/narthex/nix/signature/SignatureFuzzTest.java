package io.narthex.nix.signature;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.Golden;
import io.narthex.nix.Mutation;
import io.narthex.nix.hash.NixFormatException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SignatureFuzzTest {
    private static final int ROUNDS = 10_000;

    @Test
    void refusesASignatureOrWritesTheSameTextBack() {
        String line = Golden.text("fixed.narinfo")
                .lines()
                .filter(l -> l.startsWith("Sig: "))
                .findFirst()
                .orElseThrow();
        assertThat(refused(line.substring(5), Signature::parse)).isBetween(1, ROUNDS - 1);
    }

    @Test
    void refusesAPublicKeyOrWritesTheSameTextBack() {
        assertThat(refused(Golden.text("public.key"), PublicKey::parse)).isBetween(1, ROUNDS - 1);
    }

    @Test
    void refusesASecretKeyOrWritesTheSameTextBack() {
        assertThat(refused(
                        Golden.text("secret.key"), text -> SecretKey.parse(text).toText()))
                .isBetween(1, ROUNDS - 1);
    }

    private static int refused(String golden, Function<String, Object> parser) {
        Mutation mutation = new Mutation(13);
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = mutation.of(golden.getBytes(StandardCharsets.ISO_8859_1));
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            try {
                assertThat(parser.apply(text)).hasToString(text);
            } catch (NixFormatException e) {
                refused++;
            }
        }
        return refused;
    }
}
