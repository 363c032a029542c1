package io.narthex.nix.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.hash.NixFormatException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SignatureTest {
    private static final String TEXT = "cache.nixos.org-1:"
            + "sn5s/RrqEI+YG6/PjwdbPjcAC7rcta7sJU4mFOawGvJBLsWkyLtBrT2EuFt/LJjWkTZ+ZWOI9NTtjo/woMdvAg==";

    @Test
    void readsAndWritesTheTextOfNix() {
        Signature signature = Signature.parse(TEXT);
        assertThat(signature.keyName()).isEqualTo("cache.nixos.org-1");
        assertThat(signature).hasToString(TEXT).isEqualTo(Signature.parse(TEXT));
    }

    @Test
    void isOrderedByItsText() {
        Random random = new Random(4);
        List<Signature> signatures = IntStream.range(0, 100)
                .mapToObj(i -> {
                    byte[] bytes = new byte[64];
                    random.nextBytes(bytes);
                    return new Signature(i % 2 == 0 ? "a" : "a-" + i, bytes);
                })
                .sorted()
                .toList();
        assertThat(signatures).extracting(Signature::toString).isSorted();
    }

    @Test
    void refusesJunk() {
        for (String text : List.of(
                "",
                ":",
                "junk",
                "junk:",
                "junk:junk",
                "a:" + TEXT,
                TEXT.substring(TEXT.indexOf(':')),
                TEXT + " ",
                TEXT.replace("Ag==", "Ah=="),
                TEXT.replace("==", ""),
                "k".repeat(301) + TEXT.substring(17))) {
            assertThatThrownBy(() -> Signature.parse(text)).as(text).isInstanceOf(NixFormatException.class);
        }
    }

    @Test
    void keepsItsBytesFromWhoeverReadsIt() {
        Signature signature = Signature.parse(TEXT);
        signature.bytes()[0] ^= 1;
        assertThat(signature).hasToString(TEXT);
    }
}
