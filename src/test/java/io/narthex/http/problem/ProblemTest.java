package io.narthex.http.problem;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.JsonResolver;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ProblemTest {
    private final ObjectMapper mapper = new JsonResolver().getContext(Problem.class);

    @Test
    void isAnObjectWithTheMembersOfTheRfc() {
        JsonNode json = mapper.valueToTree(Problem.of(ProblemType.NOT_FOUND, "There is no job of this name"));
        assertThat(json)
                .hasToString("{\"type\":\"urn:narthex:problem:not-found\",\"title\":\"There is nothing here\","
                        + "\"status\":404,\"detail\":\"There is no job of this name\"}");
    }

    @Test
    void carriesFurtherMembersBesideThem() {
        JsonNode json = mapper.valueToTree(
                Problem.of(ProblemType.CONFLICT).with("run", 7).with("job", "reindex"));
        assertThat(json.path("run").asInt()).isEqualTo(7);
        assertThat(json.path("job").asText()).isEqualTo("reindex");
        assertThat(json.has("detail")).isFalse();
    }

    @Test
    void isOneLineForNixClients() {
        assertThat(Problem.of(ProblemType.NOT_FOUND, "no such path").line())
                .isEqualTo("404 There is nothing here: no such path\n");
        assertThat(Problem.of(ProblemType.UNAVAILABLE).line()).isEqualTo("503 The server cannot answer now\n");
    }

    @Test
    void namesEachTypeOnce() {
        assertThat(Arrays.stream(ProblemType.values()).map(ProblemType::uri)).doesNotHaveDuplicates();
    }

    @Test
    void takesTheGeneralTypeOfAStatus() {
        assertThat(ProblemType.ofStatus(409)).isEqualTo(ProblemType.CONFLICT);
        assertThat(ProblemType.ofStatus(400)).isEqualTo(ProblemType.BAD_REQUEST);
        assertThat(ProblemType.ofStatus(403)).isEqualTo(ProblemType.FORBIDDEN);
        assertThat(ProblemType.ofStatus(418)).isEqualTo(ProblemType.BAD_REQUEST);
        assertThat(ProblemType.ofStatus(504)).isEqualTo(ProblemType.INTERNAL);
    }
}
