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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /**
     * Nix's own: src/libstore-tests/realisation.cc at ac274952 and data/realisation/*-fingerprint.txt, *-sig.json beside it;
     * the key is there too.
     */
    @ParameterizedTest
    @CsvSource({
        "foo,     WsjxK4/EI74COtzMDI+VCjQU9O4FydK0+YeY1CE5hUevogd+T+CPvNXza7oog3GTMS+ZlBwsC2S3ppwusKnJDg==",
        "foo.drv, ZE30UrOh26/EYvUaczjJtz6c4WcRYke6IEhDNN5TiFRF6Uu+H8lHofponlhfZxDDrCUlfstS/vtv3Xm2F6M/AA==",
    })
    void isWhatNewerNixSigns(String outPath, String signature) {
        String hash = "g1w7hy3qg1w7hy3qg1w7hy3qg1w7hy3q-";
        byte[] fingerprint = RealisationFingerprint.of(
                StorePath.parseBaseName(hash + "bar.drv"), "foo", StorePath.parseBaseName(hash + outPath));

        assertThat(new String(fingerprint, StandardCharsets.US_ASCII))
                .isEqualTo("{\"key\":{\"drvPath\":\"" + hash
                        + "bar.drv\",\"outputName\":\"foo\"},\"value\":{\"outPath\":\"" + hash + outPath + "\"}}");
        try (SecretKey key = SecretKey.parse("test-key:tU7tTvLcScf8pmz/eTV0BEtLmRsPpZfKaRcd0nCN+pysBZPHSeg61/u2oc7mIOew"
                + "fuAY1V1BiX32homTaDJ2Jw==")) {
            Signature golden = Signature.parse("test-key:" + signature);
            assertThat(key.sign(fingerprint)).isEqualTo(golden);
            assertThat(key.publicKey().verify(fingerprint, golden)).isTrue();
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
