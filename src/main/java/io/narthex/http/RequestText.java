package io.narthex.http;

import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks texts that clients sent, and repeats them in refusals. */
public final class RequestText {
    /** Of four digits, as RFC 3339 has them. */
    private static final int LAST_YEAR = 9_999;

    private RequestText() {}

    /** What was met instead, as a sentence's end: in quotes, cut short, without what cannot be printed. */
    public static String met(@Nullable Object value) {
        return value == null ? "" : ", not " + NixFormatException.quote(value.toString());
    }

    /** A moment, to the microsecond; empty where the text is none of the years 1 to 9999: the database knows not all that Java does. */
    public static Optional<Instant> moment(String text) {
        try {
            OffsetDateTime moment = OffsetDateTime.parse(text);
            return moment.getYear() >= 1 && moment.getYear() <= LAST_YEAR
                    ? Optional.of(moment.toInstant().truncatedTo(ChronoUnit.MICROS))
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /**
     * Goes on only with what Unicode and the database know as text.
     *
     * @param what it is, as a sentence's beginning
     * @throws ProblemException 400
     */
    static void check(String text, String what) {
        text.codePoints().forEach(c -> {
            if (c == 0) {
                throw new ProblemException(ProblemType.BAD_REQUEST, what + " has a NUL, which no text may have");
            }
            if (Character.getType(c) == Character.SURROGATE) {
                throw new ProblemException(ProblemType.BAD_REQUEST, what + " has half of a surrogate pair");
            }
        });
    }
}
