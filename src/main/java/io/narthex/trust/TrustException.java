package io.narthex.trust;

import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;

/** Says what is wrong with a request about issuers and trusts. */
public abstract sealed class TrustException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private TrustException(String sentence) {
        super(sentence);
    }

    /** What to tell who made the request. */
    public Problem problem() {
        ProblemType type = switch (this) {
            case UnknownIssuer x -> ProblemType.NOT_FOUND;
            case UnknownTrust x -> ProblemType.NOT_FOUND;
            case UrlTaken x -> ProblemType.CONFLICT;
            case TooMany x -> ProblemType.CONFLICT;
            case Impossible x -> ProblemType.BAD_REQUEST;
        };
        return Problem.of(type, String.valueOf(getMessage()));
    }

    /** There is none of that name. */
    static final class UnknownIssuer extends TrustException {
        private static final long serialVersionUID = 1;

        UnknownIssuer() {
            super("There is no such issuer");
        }
    }

    /** There is none of that name, or none that the caller may see. */
    static final class UnknownTrust extends TrustException {
        private static final long serialVersionUID = 1;

        UnknownTrust() {
            super("There is no such trust");
        }
    }

    /** Another issuer has the URL. */
    static final class UrlTaken extends TrustException {
        private static final long serialVersionUID = 1;

        UrlTaken(String name) {
            super("The issuer " + name + " has this URL already");
        }
    }

    /** More than one tenant may have. */
    static final class TooMany extends TrustException {
        private static final long serialVersionUID = 1;

        TooMany(int most) {
            super("A tenant has " + most + " trusts at most");
        }
    }

    /** Settings that cannot be. */
    static final class Impossible extends TrustException {
        private static final long serialVersionUID = 1;

        Impossible(String sentence) {
            super(sentence);
        }
    }
}
