package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePathHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NarUrlTest {
    private static final String NAR = "020ay2q1av2xs4n842rb3d7vz8qms1dcb87a5yd6azaci20x11lz";
    private static final String HASH = "0123456789abcdfghijklmnpqrsvwxyz";

    private static final NixHash NAR_HASH = NixHash.parse("sha256:" + NAR);
    private static final StorePathHash STORE_HASH = StorePathHash.parse(HASH);

    @Test
    void isOneOfThreeForms() {
        assertThat(NarUrl.parse(NAR + ".nar")).contains(new NarUrl.ByNarHash(NAR_HASH));
        assertThat(NarUrl.parse(HASH + "-" + NAR + ".nar")).contains(new NarUrl.ByBoth(STORE_HASH, NAR_HASH));
        assertThat(NarUrl.parse(HASH + ".nar")).contains(new NarUrl.ByStoreHash(STORE_HASH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".nar",
                "nar",
                HASH,
                NAR,
                HASH + ".nar.xz",
                HASH + ".NAR",
                HASH + "-.nar",
                HASH + "+" + NAR + ".nar",
                HASH + "-" + NAR + "-.nar",
                HASH + "-" + HASH + ".nar",
                NAR + "-" + HASH + ".nar",
                NAR + "0.nar",
                "e" + HASH + ".nar",
                "0123456789abcdefghijklmnopqrstuv.nar",
                "z20ay2q1av2xs4n842rb3d7vz8qms1dcb87a5yd6azaci20x11lz.nar",
                "sha256:" + NAR + ".nar",
                " " + HASH + ".nar",
                HASH + " .nar"
            })
    void isNothingElse(String text) {
        assertThat(NarUrl.parse(text)).isEmpty();
    }
}
