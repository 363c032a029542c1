package io.narthex.http;

import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import org.jspecify.annotations.Nullable;

/** Checks texts that clients sent, and repeats them in refusals. */
public final class RequestText {
    private RequestText() {}

    /** What was met instead, as a sentence's end: in quotes, cut short, without what cannot be printed. */
    public static String met(@Nullable Object value) {
        return value == null ? "" : ", not " + NixFormatException.quote(value.toString());
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
