package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.narthex.http.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How refusals of a body name what stood there, and what a PUT takes back of a GET. */
class JsonBodyTest {
    private static final List<String> FIELDS =
            List.of("flag", "number", "text", "unit", "units", "names", "end", "key");

    private record Shown(String text, Instant createdAt) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"flag\":\"yes\"}      | flag must be true or false, not 'yes'",
                "{\"number\":1.5}        | number must be a whole number from 0 to 9, not '1.5'",
                "{\"number\":\"1\"}      | number must be a whole number from 0 to 9, not '1'",
                "{\"text\":[\"a\"]}      | text must be a text of at most 5 characters, not '[\"a\"]'",
                "{\"text\":\"a\\u0007bcdef\"} | text must be a text of at most 5 characters, not 'a?bcdef'",
                "{\"unit\":\"weeks\"}    | unit must be one of nanoseconds, microseconds, milliseconds, seconds,"
                        + " minutes, hours, days, not 'weeks'",
                "{\"units\":{}}          | units must be a list of at most 100, not '{}'",
                "{\"names\":[\"a\",\"\"]} | names has '', which must be a name",
                "{\"end\":\"+10000-01-01T00:00:00Z\"} | end must be a moment like 2027-01-31T12:00:00Z, not"
                        + " '+10000-01-01T00:00:00Z'",
                "{\"end\":\"tomorrow\"}  | end must be a moment like 2027-01-31T12:00:00Z, not 'tomorrow'",
                "{\"key\":\"secret\"}    | key must be a text of at most 5 characters",
                "{\"n\\u0001w\":1}       | There is no field 'n?w' here",
                "[1]                     | The body must be a JSON object, not '[1]'",
            })
    void tellsWhatStoodThere(String json, String sentence) {
        assertThat(refusal(() -> readAll(json))).isEqualTo(sentence);
    }

    @Test
    void repeatsNoMoreThanTheBeginning() {
        assertThat(refusal(() -> readAll("{\"flag\":\"" + "x".repeat(10_000) + "\"}")))
                .isEqualTo("flag must be true or false, not '" + "x".repeat(80) + "...'");
    }

    @Test
    void takesBackWhatAGetGave() throws IOException {
        JsonBody json = JsonBody.readPut(
                stream("{\"text\":\"new\",\"createdAt\":\"2026-11-30T00:00:00Z\"}"), List.of("text"), Shown.class);

        assertThat(json.text("text", 5).value()).isEqualTo("new");
        assertThat(refusal(() -> JsonBody.readPut(stream("{\"created\":1}"), List.of("text"), Shown.class)))
                .isEqualTo("There is no field 'created' here");
    }

    private static String refusal(ThrowingCallable reading) {
        return catchThrowableOfType(ProblemException.class, reading)
                .problem()
                .detail()
                .orElseThrow();
    }

    private static void readAll(String text) throws IOException {
        JsonBody json = JsonBody.read(stream(text), FIELDS);
        json.bool("flag");
        json.integer("number", 0, 9);
        json.text("text", 5);
        json.choice("unit", TimeUnit.class);
        json.choices("units", TimeUnit.class);
        json.list("names", "a name", name -> Optional.of(name).filter(n -> !n.isEmpty()));
        json.instant("end");
        json.secret("key", 5);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
