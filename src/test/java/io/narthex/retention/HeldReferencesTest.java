package io.narthex.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldReferencesTest {
    /** {@code select encode(array_send('{7,2147483647}'::integer[]), 'hex')}, PostgreSQL 18. */
    private static final String TWO =
            "0000000100000000000000170000000200000001" + "0000000400000007" + "000000047fffffff";
    /** {@code select encode(array_send('{}'::integer[]), 'hex')}. */
    private static final String NONE = "000000000000000000000017";

    private static List<String> read(String hex) {
        List<String> found = new ArrayList<>();
        HeldReferences.of(HexFormat.of().parseHex(hex))
                .forEach((referrer, reference) -> found.add(referrer + " " + reference));
        return found;
    }

    @Test
    void readsPathsOneAfterTheOther() {
        assertThat(read(number(9) + TWO + number(8) + NONE + number(3) + TWO))
                .containsExactly("9 7", "9 2147483647", "3 7", "3 2147483647");
    }

    @Test
    void readsTheGreatestReferrerFirst() {
        List<String> found = new ArrayList<>();
        HeldReferences.of(
                        HexFormat.of().parseHex(number(3) + TWO + number(8) + NONE + number(9) + TWO + number(5) + TWO))
                .forEachDown((referrer, reference) -> found.add(referrer + " " + reference));
        assertThat(found).containsExactly("9 7", "9 2147483647", "5 7", "5 2147483647", "3 7", "3 2147483647");
    }

    @Test
    void readsNothingOfNothing() {
        assertThat(read("")).isEmpty();
        assertThat(read(number(5) + NONE)).isEmpty();
    }

    private static String number(int number) {
        return HexFormat.of().formatHex(ByteBuffer.allocate(4).putInt(number).array());
    }
}
