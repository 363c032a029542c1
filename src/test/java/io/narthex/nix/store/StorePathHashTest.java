package io.narthex.nix.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.hash.NixBase32;
import io.narthex.nix.hash.NixFormatException;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StorePathHashTest {
    private final Random random = new Random(2);

    private byte[] bytes() {
        byte[] bytes = new byte[StorePathHash.BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void agreesWithBase32InTextAndBytes() {
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = bytes();
            StorePathHash hash = StorePathHash.of(bytes);
            assertThat(hash.toString()).isEqualTo(NixBase32.encode(bytes));
            assertThat(StorePathHash.parse(hash.toString())).isEqualTo(hash);
            assertThat(hash.toBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void holdsTheSmallestAndTheLargest() {
        assertThat(StorePathHash.parse("0".repeat(32))).isEqualTo(new StorePathHash(0, 0, 0));
        assertThat(StorePathHash.parse("z".repeat(32))).isEqualTo(new StorePathHash(-1, -1, -1));
        assertThat(new StorePathHash(-1, -1, -1)).hasToString("z".repeat(32));
    }

    @Test
    void isOrderedAsItsText() {
        List<StorePathHash> hashes =
                Stream.generate(() -> StorePathHash.of(bytes())).limit(500).toList();
        assertThat(hashes.stream().sorted().map(StorePathHash::toString))
                .isSortedAccordingTo(String::compareTo)
                .hasSize(500);
    }

    @Test
    void ordersByEachOfItsThreeParts() {
        assertThat(new StorePathHash(1, 0, 0)).isLessThan(new StorePathHash(-1, 0, 0));
        assertThat(new StorePathHash(1, 1, 0)).isLessThan(new StorePathHash(1, -1, 0));
        assertThat(new StorePathHash(1, 1, 1)).isLessThan(new StorePathHash(1, 1, -1));
    }

    @Test
    void isFoundWithinALongerText() {
        String text = "/" + "1".repeat(32) + ".narinfo";
        assertThat(StorePathHash.tryParse(text, 1)).isEqualTo(StorePathHash.parse("1".repeat(32)));
        assertThat(StorePathHash.tryParse(text, 0)).isNull();
        assertThat(StorePathHash.tryParse(text, 2)).isNull();
        assertThat(StorePathHash.tryParse(text, -1)).isNull();
        assertThat(StorePathHash.tryParse(text, Integer.MAX_VALUE)).isNull();
        assertThat(StorePathHash.tryParse("1".repeat(31), 0)).isNull();
        assertThat(StorePathHash.tryParse("", 0)).isNull();
    }

    @Test
    void refusesEveryCharacterThatIsNotADigit() {
        String alphabet = "0123456789abcdfghijklmnpqrsvwxyz";
        for (char c = 0; c < 0x300; c++) {
            String text = "0".repeat(31) + c;
            if (alphabet.indexOf(c) >= 0) {
                assertThat(StorePathHash.parse(text)).hasToString(text);
            } else {
                assertThatThrownBy(() -> StorePathHash.parse(text)).isInstanceOf(NixFormatException.class);
            }
        }
    }

    @Test
    void refusesOtherLengths() {
        for (int length : new int[] {0, 31, 33, 52}) {
            assertThatThrownBy(() -> StorePathHash.parse("0".repeat(length))).isInstanceOf(NixFormatException.class);
        }
        assertThatThrownBy(() -> StorePathHash.of(new byte[19])).isInstanceOf(NixFormatException.class);
    }

    @Test
    void spreadsInAHashMap() {
        Set<Integer> codes = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            codes.add(StorePathHash.of(bytes()).hashCode());
        }
        assertThat(codes).hasSizeGreaterThan(9_990);
    }
}
