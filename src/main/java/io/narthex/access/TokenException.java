package io.narthex.access;

/** What can be wrong with a wish about tokens. */
abstract sealed class TokenException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private TokenException(String sentence) {
        super(sentence);
    }

    /** There is none of that id. */
    static final class UnknownToken extends TokenException {
        private static final long serialVersionUID = 1;

        UnknownToken() {
            super("There is no such token");
        }
    }

    /** More than the caller's own token allows. */
    static final class TooMuch extends TokenException {
        private static final long serialVersionUID = 1;

        TooMuch(String sentence) {
            super(sentence);
        }
    }

    /** A wish that cannot be. */
    static final class Impossible extends TokenException {
        private static final long serialVersionUID = 1;

        Impossible(String sentence) {
            super(sentence);
        }
    }
}
