package io.narthex.http.problem;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A problem in the form of RFC 9457.
 *
 * @param type which kind, with its status and title
 * @param detail a sentence that the caller can act on; no path of the server, SQL or class name
 * @param extensions further members of the JSON, beside the RFC's own
 */
public record Problem(ProblemType type, Optional<String> detail, Map<String, Object> extensions) {
    public Problem {
        extensions = Map.copyOf(extensions);
    }

    public static Problem of(ProblemType type) {
        return new Problem(type, Optional.empty(), Map.of());
    }

    public static Problem of(ProblemType type, String detail) {
        return new Problem(type, Optional.of(detail), Map.of());
    }

    /** The same problem with one more member. */
    public Problem with(String member, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(extensions);
        more.put(member, value);
        return new Problem(type, detail, more);
    }

    /** The JSON object. */
    @JsonValue
    Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", type.uri());
        members.put("title", type.title());
        members.put("status", type.status());
        detail.ifPresent(d -> members.put("detail", d));
        members.putAll(extensions);
        return members;
    }

    /** For clients that print what they get: one line. */
    public String line() {
        return type.status() + " " + type.title() + detail.map(d -> ": " + d).orElse("") + "\n";
    }
}
