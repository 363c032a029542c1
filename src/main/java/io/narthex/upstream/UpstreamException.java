package io.narthex.upstream;

/** Says what is wrong with a request about upstreams. */
abstract sealed class UpstreamException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private UpstreamException(String message) {
        super(message);
    }

    /** There is none of that name. */
    static final class UnknownUpstream extends UpstreamException {
        private static final long serialVersionUID = 1;

        UnknownUpstream() {
            super("unknown upstream");
        }
    }

    /** A new one needs an address. */
    static final class UrlMissing extends UpstreamException {
        private static final long serialVersionUID = 1;

        UrlMissing() {
            super("no url");
        }
    }

    /** Credentials would go out without TLS. */
    static final class CredentialsWithoutTls extends UpstreamException {
        private static final long serialVersionUID = 1;

        CredentialsWithoutTls() {
            super("credentials without TLS");
        }
    }

    /** The stored credentials belong to another scheme, host or port. */
    static final class CredentialsOfAnotherOrigin extends UpstreamException {
        private static final long serialVersionUID = 1;

        CredentialsOfAnotherOrigin() {
            super("credentials of another origin");
        }
    }

    /** A public cache lists it, and would show what it gives for credentials alone. */
    static final class ListedByPublicCache extends UpstreamException {
        private static final long serialVersionUID = 1;

        private final String cache;

        ListedByPublicCache(String cache) {
            super("listed by a public cache: " + cache);
            this.cache = cache;
        }

        /** {@code tenant/cache}. */
        String cache() {
            return cache;
        }
    }
}
