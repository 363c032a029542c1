package io.narthex.meter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RequestCountsTest {
    private final RequestCounts counts = new RequestCounts();

    @Test
    void sumsTheAnswersOfAHundredOfStatuses() {
        counts.countAnswer(500, 0, 1);
        counts.countAnswer(503, 0, 1);
        counts.countAnswer(404, 0, 1);

        assertThat(counts.answersFrom(500)).isEqualTo(2);
    }

    @Test
    void countsAStatusThatIsNotListedAsOther() {
        counts.countAnswer(299, 0, 1);
        counts.countAnswer(1234, 0, 1);
        counts.countAnswer(-1, 0, 1);

        assertThat(counts.answers(RequestCounts.OTHER)).isEqualTo(3);
    }
}
