package io.narthex.nix.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NixBase32Test {
    @Test
    void writesTheLastByteFirst() {
        assertThat(NixBase32.encode(HexFormat.of().parseHex("0100"))).isEqualTo("0001");
        assertThat(NixBase32.encode(HexFormat.of().parseHex("1f"))).isEqualTo("0z");
        assertThat(NixBase32.encode(new byte[0])).isEmpty();
    }

    @Test
    void readsBackWhatItWroteForEveryLength() {
        Random random = new Random(1);
        for (int length = 0; length < 100; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            assertThat(NixBase32.decode(NixBase32.encode(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void refusesTheFourMissingLettersAndCapitals() {
        for (String foreign : new String[] {"e", "o", "u", "t", "A", "Z", "-", " ", "\u00e9", "\u0100", "\uffff"}) {
            assertThatThrownBy(() -> NixBase32.decode("000" + foreign)).isInstanceOf(NixFormatException.class);
        }
    }

    @Test
    void refusesLengthsThatNoBytesHave() {
        for (int length : new int[] {1, 3, 6, 9, 11, 14, 51, 54}) {
            assertThatThrownBy(() -> NixBase32.decode("0".repeat(length)))
                    .as("%d", length)
                    .isInstanceOf(NixFormatException.class);
        }
    }

    @Test
    void refusesBitsBeyondTheLastByte() {
        assertThat(NixBase32.decode("7z")).containsExactly(0xff);
        assertThatThrownBy(() -> NixBase32.decode("8z")).isInstanceOf(NixFormatException.class);
        assertThatThrownBy(() -> NixBase32.decode("z" + "0".repeat(51))).isInstanceOf(NixFormatException.class);
        assertThat(NixBase32.decode("1" + "z".repeat(51))).hasSize(32);
    }
}
