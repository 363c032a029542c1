package io.narthex.http;

import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;

/** Checks texts that clients sent: that Unicode and the database know them as text. */
final class RequestText {
    private RequestText() {}

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
