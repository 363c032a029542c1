package io.narthex.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
    private static final String HUGE = "99999999999999999999999999999999999999";

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 0",
        "bytes=0-9, 0, 9",
        "bytes=0-99, 0, 99",
        "bytes=0-100, 0, 99",
        "bytes=99-99, 99, 99",
        "bytes=50-, 50, 99",
        "bytes=-1, 99, 99",
        "bytes=-100, 0, 99",
        "bytes=-101, 0, 99",
        "bytes=-" + HUGE + ", 0, 99",
        "bytes=5-" + HUGE + ", 5, 99",
        "bytes=5-9223372036854775807, 5, 99",
        "bytes=005-0009, 5, 9",
        "bytes = 5 - 9, 5, 9"
    })
    void isAPart(String header, long first, long last) {
        assertThat(ByteRange.parse(header, 100)).isEqualTo(new ByteRange.Part(first, last));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=" + HUGE + "-", "bytes=" + HUGE + "-" + HUGE})
    void cannotBeSatisfied(String header) {
        assertThat(ByteRange.parse(header, 100)).isEqualTo(new ByteRange.Unsatisfiable());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=5-4",
                "bytes=a-b",
                "bytes=0-1,3-4",
                "lines=0-1",
                "bytes=1",
                "bytes=0-1-2",
                "bytes=+1-2",
                "bytes=0x1-2",
                "bytes=--5",
                "bytes=\u0661-\u0662"
            })
    void isAllWhereItIsNotUnderstood(String header) {
        assertThat(ByteRange.parse(header, 100)).isEqualTo(new ByteRange.Whole());
    }

    @Test
    void isAllWhereThereIsNone() {
        assertThat(ByteRange.parse(null, 100)).isEqualTo(new ByteRange.Whole());
    }

    @Test
    void hasNoPartOfNothing() {
        assertThat(ByteRange.parse("bytes=0-", 0)).isEqualTo(new ByteRange.Unsatisfiable());
        assertThat(ByteRange.parse("bytes=-1", 0)).isEqualTo(new ByteRange.Unsatisfiable());
    }

    @Test
    void countsBothEnds() {
        assertThat(new ByteRange.Part(5, 9).length()).isEqualTo(5);
    }
}
