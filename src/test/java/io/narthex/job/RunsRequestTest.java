package io.narthex.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.http.problem.ProblemException;
import io.narthex.job.JobException.UnknownRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunsRequestTest {
    @Test
    void asksForTheNewestFiftyByItself() {
        assertThat(RunsRequest.parse(null, null)).isEqualTo(new RunsRequest(Long.MAX_VALUE, 50));
    }

    @Test
    void goesOnBehindTheCursor() {
        assertThat(RunsRequest.parse("1000", "17")).isEqualTo(new RunsRequest(17, 1000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1001", "1e2", "+5", " 5", "99999999999999999999", "٣"})
    void refusesALimitOutOfRange(String limit) {
        assertThatThrownBy(() -> RunsRequest.parse(limit, null)).isInstanceOf(ProblemException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "0", "-1", "99999999999999999999"})
    void refusesACursorThatIsNone(String after) {
        assertThatThrownBy(() -> RunsRequest.parse(null, after)).isInstanceOf(ProblemException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1.0", "99999999999999999999"})
    void knowsNoRunByAnIdThatIsNone(String id) {
        assertThatThrownBy(() -> RunsRequest.parseId(id)).isInstanceOf(UnknownRun.class);
    }
}
