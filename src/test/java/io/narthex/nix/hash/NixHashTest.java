package io.narthex.nix.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.Golden;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class NixHashTest {
    private static final List<String[]> GOLDEN =
            Golden.text("hashes.txt").lines().map(line -> line.split(" ", -1)).toList();

    @Test
    void readsEverySpellingOfNixAsTheSameHash() {
        assertThat(GOLDEN).hasSize(4);
        for (String[] spellings : GOLDEN) {
            assertThat(spellings).extracting(NixHash::parse).containsOnly(NixHash.parse(spellings[0]));
        }
    }

    @Test
    void writesTheSpellingsThatNixWrites() {
        for (String[] spellings : GOLDEN) {
            NixHash hash = NixHash.parse(spellings[3]);
            assertThat(hash.toBase16()).isEqualTo(spellings[0]);
            assertThat(hash.toNix32()).isEqualTo(spellings[1]).isEqualTo(hash.toString());
            assertThat(hash.toSri()).isEqualTo(spellings[3]);
            assertThat(hash.nix32()).isEqualTo(spellings[1].substring(spellings[1].indexOf(':') + 1));
        }
    }

    @Test
    void computesTheDigestsThatNixComputes() {
        byte[] contents = "hello\n".getBytes(StandardCharsets.US_ASCII);
        for (String[] spellings : GOLDEN) {
            HashAlgorithm algorithm = NixHash.parse(spellings[0]).algorithm();
            NixHash hash = new NixHash(algorithm, algorithm.newDigest().digest(contents));
            assertThat(hash).hasToString(spellings[1]);
        }
    }

    @Test
    void takesBase16InCapitals() {
        String digest = GOLDEN.get(2)[0].substring("sha256:".length());
        assertThat(NixHash.parse("sha256:" + digest.toUpperCase(java.util.Locale.ROOT)))
                .isEqualTo(NixHash.parse("sha256:" + digest));
    }

    @Test
    void refusesWhatHasNoAlgorithmOrAnUnknownOne() {
        String digest = "0".repeat(52);
        for (String text : List.of(digest, ":" + digest, "sha3:" + digest, "SHA256:" + digest, "", "sha256")) {
            assertThatThrownBy(() -> NixHash.parse(text)).isInstanceOf(NixFormatException.class);
        }
    }

    @Test
    void refusesBase64ThatEndsInStrayBitsOrWithoutItsPadding() {
        String base64 = "sha256-WJG6tSLVyw4+bYFCcJ7RVi7z1q4OlVcLpPb9oRO+c4Y=";
        assertThat(NixHash.parse(base64).toSri()).isEqualTo(base64);
        for (String wrong : List.of(
                base64.replace("4Y=", "4Z="), base64.replace("=", ""), base64 + "=", base64 + "\n", base64 + " ")) {
            assertThatThrownBy(() -> NixHash.parse(wrong)).as(wrong).isInstanceOf(NixFormatException.class);
        }
    }

    @Test
    void refusesBase32AndBase16BehindADash() {
        assertThatThrownBy(() -> NixHash.parse("sha256-" + "0".repeat(52))).isInstanceOf(NixFormatException.class);
        assertThatThrownBy(() -> NixHash.parse("sha256-" + "0".repeat(64))).isInstanceOf(NixFormatException.class);
    }

    @Test
    void refusesADigestOfAnotherLength() {
        assertThatThrownBy(() -> NixHash.ofSha256(new byte[31])).isInstanceOf(NixFormatException.class);
        assertThatThrownBy(() -> NixHash.ofSha256(new byte[33])).isInstanceOf(NixFormatException.class);
    }

    @Test
    void keepsItsBytesFromWhoeverMadeOrReadIt() {
        byte[] digest = new byte[32];
        NixHash hash = NixHash.ofSha256(digest);
        digest[0] = 1;
        hash.bytes()[1] = 1;
        assertThat(hash).isEqualTo(NixHash.ofSha256(new byte[32])).hasSameHashCodeAs(NixHash.ofSha256(new byte[32]));
    }
}
