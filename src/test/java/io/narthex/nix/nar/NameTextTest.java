package io.narthex.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameTextTest {
    private static byte[] hex(String bytes) {
        return HexFormat.of().parseHex(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "636166c3a9,     caf\u00e9",
        "f09f90a7,       \uD83D\uDC27",
        "636166e9,       caf\uFFFDE9",
        "ff,             \uFFFDFF",
        "fe,             \uFFFDFE",
        "c3,             \uFFFDC3",
        "c361,           \uFFFDC3a",
        "eda080,         \uFFFDED\uFFFDA0\uFFFD80",
        "c080,           \uFFFDC0\uFFFD80",
        "efbfbd,         \uFFFDEF\uFFFDBF\uFFFDBD",
        "efbfbd4646,     \uFFFDEF\uFFFDBF\uFFFDBDFF",
    })
    void marksEachByteThatIsNoUtf8(String name, String text) {
        assertThat(NameText.of(hex(name))).isEqualTo(text);
        assertThat(NameText.bytes(text)).isEqualTo(hex(name));
    }

    @Test
    void readsAMarkWithoutDigitsAsItself() {
        for (String text : new String[] {"\uFFFD", "\uFFFDF", "a\uFFFDxy", "\uFFFD\uFFFD"}) {
            assertThat(NameText.bytes(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void makesNoTwoNamesOne() {
        byte[][] parts = {hex("ff"), hex("c3"), hex("a9"), hex("efbfbd"), hex("46"), hex("ed"), hex("a0"), hex("80")};
        Random random = new Random(7);
        Map<String, String> names = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            StringBuilder name = new StringBuilder();
            for (int n = 1 + random.nextInt(6); n > 0; n--) {
                name.append(HexFormat.of().formatHex(parts[random.nextInt(parts.length)]));
            }
            byte[] bytes = hex(name.toString());
            String text = NameText.of(bytes);
            assertThat(NameText.bytes(text)).isEqualTo(bytes);
            assertThat(names.merge(text, name.toString(), (a, b) -> a)).isEqualTo(name.toString());
        }
    }
}
