package io.narthex.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodingTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "zstd",
                "ZSTD",
                "gzip, zstd",
                "zstd, gzip",
                "zstd;q=1",
                "zstd;q=0.5",
                "zstd; q=0.001",
                " zstd ,br",
                "*;q=0, zstd"
            })
    void isZstdForWhoNamesIt(String header) {
        assertThat(Coding.acceptsZstd(header)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gzip",
                "*",
                "identity",
                "zstd;q=0",
                "zstd;q=0.000",
                "zstd ; q=0",
                "zstdx",
                "x-zstd",
                "gzip;zstd"
            })
    void isNoneForWhoDoesNot(String header) {
        assertThat(Coding.acceptsZstd(header)).isFalse();
    }

    @Test
    void isFoundInAnyOfSeveralLines() {
        assertThat(Coding.acceptsZstd(List.of("gzip", "br, zstd"))).isTrue();
        assertThat(Coding.acceptsZstd(List.of("gzip", "br"))).isFalse();
        assertThat(Coding.acceptsZstd((Iterable<String>) null)).isFalse();
        assertThat(Coding.acceptsZstd((String) null)).isFalse();
    }
}
