package io.narthex.access;

import io.narthex.access.token.CachePattern;

/** Says what is wrong with a request about tokens. */
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
