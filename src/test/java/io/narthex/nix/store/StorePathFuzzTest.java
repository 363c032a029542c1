package io.narthex.nix.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.Mutation;
import io.narthex.nix.hash.NixFormatException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StorePathFuzzTest {
    @Test
    void refusesOrWritesTheSameTextBack() {
        Mutation mutation = new Mutation(12);
        byte[] golden = "/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60_p2017"
                .getBytes(StandardCharsets.ISO_8859_1);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            String text = new String(mutation.of(golden), StandardCharsets.ISO_8859_1);
            try {
                assertThat(StorePath.parse(StoreDir.DEFAULT, text).toString(StoreDir.DEFAULT))
                        .isEqualTo(text);
            } catch (NixFormatException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1, 19_999);
    }
}
