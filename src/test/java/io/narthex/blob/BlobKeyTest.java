package io.narthex.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobKeyTest {
    @Test
    void isNeverTheSameAndUsesAllLetters() {
        SecureRandom random = new SecureRandom();
        Set<BlobKey> keys = new HashSet<>();
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            BlobKey key = BlobKey.random(random);
            keys.add(key);
            letters.append(key.text());
            assertThat(BlobKey.parse(key.text())).isEqualTo(key);
        }

        assertThat(keys).hasSize(1000);
        assertThat(letters.chars().distinct().count()).isEqualTo(32);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "aaaaaaaaaaaaaaaaaaaaaaaaa",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "../aaaaaaaaaaaaaaaaaaaaaaa",
                "Aaaaaaaaaaaaaaaaaaaaaaaaaa",
                "aaaaaaaaaaaaaaaaaaaaaaaaa1",
                "aaaaaaaaaaaaaaaaaaaaaaaaa\n",
            })
    void refusesWhatIsNoKey(String text) {
        assertThatThrownBy(() -> BlobKey.parse(text)).isInstanceOf(IllegalArgumentException.class);
        assertThat(BlobKey.tryParse(text)).isEmpty();
    }
}
