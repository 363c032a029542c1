package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonResolverTest {
    private final ObjectMapper mapper = new JsonResolver().getContext(Sample.class);

    record Sample(String name, Instant at, @Nullable Instant until, Optional<String> note) {}

    @Test
    void writesInstantsAsTextAndFieldsWithoutValueAsNull() throws JsonProcessingException {
        Sample sample = new Sample("a", Instant.parse("2026-11-22T10:00:00.123456Z"), null, Optional.empty());
        assertThat(mapper.writeValueAsString(sample))
                .isEqualTo("{\"name\":\"a\",\"at\":\"2026-11-22T10:00:00.123456Z\",\"until\":null,\"note\":null}");
    }

    @Test
    void namesAFieldThatIsNotKnown() {
        assertThatThrownBy(() -> mapper.readValue("{\"name\":\"a\",\"nmae\":\"b\"}", Sample.class))
                .isInstanceOfSatisfying(
                        UnrecognizedPropertyException.class,
                        e -> assertThat(e.getPropertyName()).isEqualTo("nmae"));
    }

    @Test
    void refusesAFieldThatComesTwiceAndTextBehindTheEnd() {
        assertThatThrownBy(() -> mapper.readValue("{\"name\":\"a\",\"name\":\"b\"}", Sample.class))
                .isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> mapper.readValue("{\"name\":\"a\"}{}", Sample.class))
                .isInstanceOf(JsonProcessingException.class);
    }
}
