package io.narthex.access;

import io.narthex.access.token.CachePattern;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;

/** Says what is wrong with a request about tokens. */
public abstract sealed class TokenException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private TokenException(String sentence) {
        super(sentence);
    }

    /** What to tell who made the request. */
    public Problem problem() {
        ProblemType type = switch (this) {
            case UnknownToken x -> ProblemType.NOT_FOUND;
            case TooMuch x -> ProblemType.FORBIDDEN;
            case NoSuchCache x -> ProblemType.CONFLICT;
            case Impossible x -> ProblemType.BAD_REQUEST;
        };
        return Problem.of(type, String.valueOf(getMessage()));
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

    /** A plain name that no cache has. */
    static final class NoSuchCache extends TokenException {
        private static final long serialVersionUID = 1;

        NoSuchCache(CachePattern name) {
            super("There is no cache " + name
                    + ": a token for a name is for the cache that has it, so make that first, or"
                    + " give a pattern with *, which is also for caches to come");
        }
    }

    /** A request that cannot be granted, whoever makes it. */
    static final class Impossible extends TokenException {
        private static final long serialVersionUID = 1;

        Impossible(String sentence) {
            super(sentence);
        }
    }
}
