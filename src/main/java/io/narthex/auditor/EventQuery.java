package io.narthex.auditor;

import io.narthex.http.RequestText;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which events a caller asks for; null is any.
 *
 * @param since this moment and later
 * @param until before this moment
 */
public record EventQuery(
        @Nullable String tenant,
        @Nullable String cache,
        @Nullable String action,
        @Nullable String outcome,
        @Nullable String token,
        @Nullable String path,
        @Nullable Instant since,
        @Nullable Instant until) {
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9+._?=-]{1,255}");

    public EventQuery {
        for (String word : new @Nullable String[] {tenant, cache, action, outcome, token, path}) {
            if (word != null && !WORD.matcher(word).matches()) {
                throw new ProblemException(
                        ProblemType.BAD_REQUEST,
                        "tenant, cache, action, outcome, token and path are names" + RequestText.met(word));
            }
        }
    }

    /**
     * Reads one of the moments.
     *
     * @throws ProblemException if it is no moment of the years 1 to 9999
     */
    public static @Nullable Instant moment(String name, @Nullable String text) {
        if (text == null) {
            return null;
        }
        return RequestText.moment(text)
                .orElseThrow(() -> new ProblemException(
                        ProblemType.BAD_REQUEST,
                        name + " must be a moment like 2027-01-31T12:00:00Z" + RequestText.met(text)));
    }
}
