package io.narthex.nix.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.Golden;
import io.narthex.nix.hash.NixFormatException;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SecretKeyTest {
    private static final byte[] MESSAGE = "1;/nix/store/x;sha256:y;1;".getBytes(StandardCharsets.US_ASCII);

    /** Repeatable: SHA1PRNG is the one generator of the JDK that a seed determines. */
    private static SecureRandom seeded(long seed) throws NoSuchAlgorithmException {
        SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
        random.setSeed(seed);
        return random;
    }

    @Test
    void readsAndWritesTheKeyThatNixGenerated() {
        try (SecretKey key = SecretKey.parse(Golden.text("secret.key"))) {
            assertThat(key.toText()).isEqualTo(Golden.text("secret.key"));
            assertThat(key.publicKey()).hasToString(Golden.text("public.key"));
            assertThat(key.publicKey().name()).isEqualTo("golden.example.com-1");
        }
    }

    @Test
    void signsWhatItsPublicKeyVerifies() throws NoSuchAlgorithmException {
        for (int i = 0; i < 50; i++) {
            try (SecretKey key = SecretKey.generate("k-" + i, seeded(i))) {
                Signature signature = key.sign(MESSAGE);
                assertThat(signature.keyName()).isEqualTo("k-" + i);
                assertThat(key.publicKey().verify(MESSAGE, signature)).isTrue();
                assertThat(SecretKey.parse(key.toText()).sign(MESSAGE)).isEqualTo(signature);
            }
        }
    }

    @Test
    void takesItsSeedFromTheRandomnessGiven() throws NoSuchAlgorithmException {
        assertThat(SecretKey.generate("k", seeded(7)).toText())
                .isEqualTo(SecretKey.generate("k", seeded(7)).toText())
                .isNotEqualTo(SecretKey.generate("k", seeded(8)).toText());
    }

    @Test
    void signsInManyThreadsAtOnce() throws InterruptedException, ExecutionException, NoSuchAlgorithmException {
        SecretKey key = SecretKey.generate("k", seeded(3));
        Signature expected = key.sign(MESSAGE);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Signature>> signatures = IntStream.range(0, 200)
                    .mapToObj(i -> threads.submit(() -> key.sign(MESSAGE)))
                    .toList();
            for (Future<Signature> signature : signatures) {
                assertThat(signature.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void refusesAPublicHalfOfAnotherSeed() {
        String text = Golden.text("secret.key");
        byte[] both = Base64.getDecoder().decode(text.substring(text.indexOf(':') + 1));
        both[63] ^= 1;
        assertThatThrownBy(() -> SecretKey.parse(NamedBytes.format("k", both))).isInstanceOf(NixFormatException.class);
    }

    @Test
    void refusesSeedsAloneAndOtherLengths() {
        for (int length : new int[] {0, 32, 63, 65, 96}) {
            String text = NamedBytes.format("k", new byte[length]);
            assertThatThrownBy(() -> SecretKey.parse(text)).isInstanceOf(NixFormatException.class);
        }
    }

    @Test
    void neverRepeatsTheSecretInAnException() {
        String secret = Golden.text("secret.key");
        String base64 = secret.substring(secret.indexOf(':') + 1);
        for (String broken : List.of(base64, "a b:" + base64, secret + "\n", secret.replace("==", ""), secret + "!")) {
            assertThatThrownBy(() -> SecretKey.parse(broken))
                    .isInstanceOf(NixFormatException.class)
                    .extracting(Throwable::getMessage)
                    .asString()
                    .doesNotContain(base64.substring(0, 8));
        }
    }

    @Test
    void printsAsThreeStars() {
        assertThat(SecretKey.parse(Golden.text("secret.key"))).hasToString("***");
    }

    @Test
    void neitherSignsNorIsWrittenOnceClosed() {
        SecretKey key = SecretKey.parse(Golden.text("secret.key"));
        key.close();
        key.close();
        assertThatThrownBy(() -> key.sign(MESSAGE)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(key::toText).isInstanceOf(IllegalStateException.class);
        assertThat(key.publicKey()).hasToString(Golden.text("public.key"));
    }
}
