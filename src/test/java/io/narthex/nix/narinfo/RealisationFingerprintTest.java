package io.narthex.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.Golden;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.DerivationOutput;
import io.narthex.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RealisationFingerprintTest {
    private static final DerivationOutput DEPENDENCY =
            DerivationOutput.parse("sha256:d2e16dbb62a302dd1a176ad4a58138cd0cdfcd67a06eae808d92e33d0dc58f21!out");
    private static final StorePath DEPENDENCY_PATH = StorePath.parseBaseName("58yvl3aibap28m755mapyhsr2xzwp2zy-dep");

    @Test
    void isWhatNixSignsWithoutDependencies() {
        assertCovered("independent.doi", RealisationFingerprint.of(DEPENDENCY, DEPENDENCY_PATH, new TreeMap<>()));
    }

    @Test
    void isWhatNixSignsWithDependencies() {
        SortedMap<DerivationOutput, StorePath> dependent = new TreeMap<>();
        dependent.put(DEPENDENCY, DEPENDENCY_PATH);
        DerivationOutput id =
                DerivationOutput.parse("sha256:92bf30610e33d7d9e39eb74df5415082783d9cf6683d53bbaf7cbfa37733f84e!out");
        StorePath outPath = StorePath.parseBaseName("zrbyc7wjly20jnzyyxqp2l5vqbwnpq3q-top");
        assertCovered("dependent.doi", RealisationFingerprint.of(id, outPath, dependent));
    }

    /** The signature in the golden file is over its own text without the signatures. */
    private static void assertCovered(String golden, byte[] fingerprint) {
        String doi = Golden.text(golden).strip();
        int signatures = doi.indexOf(",\"signatures\":[\"");
        assertThat(new String(fingerprint, StandardCharsets.US_ASCII)).isEqualTo(doi.substring(0, signatures) + "}");
        Signature signature = Signature.parse(doi.substring(signatures + 16, doi.length() - 3));
        assertThat(PublicKey.parse(Golden.text("public.key")).verify(fingerprint, signature))
                .isTrue();
        try (SecretKey key = SecretKey.parse(Golden.text("secret.key"))) {
            assertThat(key.sign(fingerprint)).isEqualTo(signature);
        }
    }

    @Test
    void isKeyAndValueForNewerClients() {
        StorePath derivation = StorePath.parseBaseName("58yvl3aibap28m755mapyhsr2xzwp2zy-dep.drv");
        assertThat(new String(RealisationFingerprint.of(derivation, "out", DEPENDENCY_PATH), StandardCharsets.US_ASCII))
                .isEqualTo("{\"key\":{\"drvPath\":\"58yvl3aibap28m755mapyhsr2xzwp2zy-dep.drv\",\"outputName\":\"out\"},"
                        + "\"value\":{\"outPath\":\"58yvl3aibap28m755mapyhsr2xzwp2zy-dep\"}}");
        assertThatThrownBy(() -> RealisationFingerprint.of(derivation, "o\"ut", DEPENDENCY_PATH))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
