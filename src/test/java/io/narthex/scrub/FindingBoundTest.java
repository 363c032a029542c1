package io.narthex.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FindingBoundTest {
    @ParameterizedTest
    @CsvSource({
        "1, 0, false",
        "10, 4, false",
        "10, 5, true",
        "999, 4, false",
        "1000, 0, false",
        "1000, 1, true",
        "4999, 4, true",
        "5000, 4, false",
        "1000000, 5, true",
    })
    void isPassedByMoreThanFiveAndByMoreThanOneInAThousand(long looked, long found, boolean passed) {
        assertThat(FindingBound.isPassed(looked, found)).isEqualTo(passed);
    }
}
