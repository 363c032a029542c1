package io.narthex.nix.hash;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.Golden;
import io.narthex.nix.Mutation;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NixHashFuzzTest {
    @Test
    void refusesOrReadsAndWritesBack() {
        Mutation mutation = new Mutation(11);
        String[] spellings = Golden.text("hashes.txt").split("\\s", 0);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = mutation.of(spellings[i % spellings.length].getBytes(StandardCharsets.ISO_8859_1));
            try {
                NixHash hash = NixHash.parse(new String(bytes, StandardCharsets.ISO_8859_1));
                assertThat(NixHash.parse(hash.toSri())).isEqualTo(hash);
            } catch (NixFormatException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1, 19_999);
    }
}
