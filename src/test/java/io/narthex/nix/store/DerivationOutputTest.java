package io.narthex.nix.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.hash.NixFormatException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DerivationOutputTest {
    private static final String HASH = "sha256:d2e16dbb62a302dd1a176ad4a58138cd0cdfcd67a06eae808d92e33d0dc58f21";

    @Test
    void readsAndWritesTheIdOfNix() {
        DerivationOutput output = DerivationOutput.parse(HASH + "!out");
        assertThat(output.outputName()).isEqualTo("out");
        assertThat(output.derivationHash().toBase16()).isEqualTo(HASH);
        assertThat(output).hasToString(HASH + "!out");
    }

    @Test
    void refusesOtherSpellings() {
        String nix32 = DerivationOutput.parse(HASH + "!out").derivationHash().toNix32();
        for (String text : List.of(
                "", HASH, HASH + "!", HASH + "!a/b", HASH + "!..", HASH + "!a!b", nix32 + "!out", "!out", "x!out")) {
            assertThatThrownBy(() -> DerivationOutput.parse(text)).as(text).isInstanceOf(NixFormatException.class);
        }
    }

    @Test
    void isOrderedAsItsText() {
        assertThat(DerivationOutput.parse(HASH + "!dev")).isLessThan(DerivationOutput.parse(HASH + "!out"));
    }
}
