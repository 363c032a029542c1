package io.narthex.nix.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.hash.NixFormatException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreDirTest {
    @Test
    void takesCanonicalDirectories() {
        assertThat(StoreDir.parse("/nix/store")).isEqualTo(StoreDir.DEFAULT).hasToString("/nix/store");
        assertThat(StoreDir.parse("/s").path()).isEqualTo("/s");
    }

    @Test
    void refusesWhatHasAnotherSpellingOrBreaksALine() {
        for (String text : List.of(
                "",
                "/",
                "nix/store",
                "/nix/store/",
                "//nix/store",
                "/nix//store",
                "/nix/./store",
                "/nix/../store",
                "/nix/store\n",
                "/nix store",
                "/nix/st\u00f6re")) {
            assertThatThrownBy(() -> StoreDir.parse(text)).as(text).isInstanceOf(NixFormatException.class);
        }
    }
}
