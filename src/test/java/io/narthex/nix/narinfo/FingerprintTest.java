package io.narthex.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.Golden;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    @Test
    void isWhatTheSignaturesOfNixCover() {
        PublicKey golden = PublicKey.parse(Golden.text("public.key"));
        for (String file : List.of("references.narinfo", "fixed.narinfo", "derivation.narinfo")) {
            NarInfo info = NarInfoReader.read(Golden.bytes(file));
            assertThat(info.signatures())
                    .as(file)
                    .filteredOn(s -> s.keyName().equals(golden.name()))
                    .singleElement()
                    .matches(s -> golden.verify(Fingerprint.of(info), s));
        }
    }

    @Test
    void isWhatCacheNixosOrgSigns() {
        PublicKey key = PublicKey.parse("cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=");
        NarInfo info = NarInfoReader.read(Golden.bytes("cache.nixos.org.narinfo"));
        assertThat(key.verify(Fingerprint.of(info), info.signatures().getFirst()))
                .isTrue();
    }

    @Test
    void givesTheSignatureThatNixGave() {
        try (SecretKey key = SecretKey.parse(Golden.text("secret.key"))) {
            NarInfo info = NarInfoReader.read(Golden.bytes("references.narinfo"));
            assertThat(info.signatures()).containsExactly(key.sign(Fingerprint.of(info)));
        }
    }

    @Test
    void endsWithASemicolonWhereNothingIsReferred() {
        NarInfo info = NarInfoReader.read(Golden.bytes("fixed.narinfo"));
        assertThat(new String(Fingerprint.of(info), StandardCharsets.US_ASCII))
                .isEqualTo("1;/nix/store/nxjp0np4hqag195m3zr8qxi09j4b6r9s-golden-tree;"
                        + "sha256:0dfda23ry49r3kk0rwnsls9k5w39wscfrfvdd8h6pq4dhkmbq7yn;81240;");
    }
}
