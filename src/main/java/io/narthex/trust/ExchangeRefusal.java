package io.narthex.trust;

import java.util.Locale;

/** Why an identity token is not exchanged, by the names that the record and the meters have. */
enum ExchangeRefusal {
    /** Too many attempts of one address. */
    TOO_MANY(false, "temporarily_unavailable"),
    /** The request is none of RFC 8693. */
    REQUEST(false, "invalid_request"),
    GRANT_TYPE(false, "unsupported_grant_type"),
    /** The identity token is no JWT. */
    MALFORMED(true, "invalid_request"),
    ISSUER_UNKNOWN(true, "invalid_request"),
    /** {@code none}, or one whose key signs as well as it verifies. */
    ALGORITHM(true, "invalid_request"),
    /** The issuer gave no keys. */
    ISSUER_UNAVAILABLE(true, "invalid_request"),
    KEY_UNKNOWN(true, "invalid_request"),
    SIGNATURE(true, "invalid_request"),
    /** No trust is about the audience, or there is more than one. */
    AUDIENCE(true, "invalid_request"),
    /** A claim that must be bound to exact values is another. */
    REQUIRED_CLAIM(true, "invalid_request"),
    EXPIRED(false, "invalid_request"),
    NOT_YET_VALID(false, "invalid_request"),
    /** It lives longer than its issuer's tokens may, or for ever. */
    LIFETIME(false, "invalid_request"),
    CLAIM(false, "invalid_request"),
    /** It may not push, and nothing else is given or wanted. */
    PUSH(false, "invalid_scope"),
    SCOPE(false, "invalid_scope"),
    /** The cache that is asked for is none of the trust's. */
    RESOURCE(false, "invalid_target"),
    /** Trusts of several tenants match. */
    AMBIGUOUS(false, "invalid_target"),
    /** It was exchanged before. */
    USED(false, "invalid_request");

    private final boolean hidden;
    private final String error;

    ExchangeRefusal(boolean hidden, String error) {
        this.hidden = hidden;
        this.error = error;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the caller is told no more than that the token is refused. */
    boolean isHidden() {
        return hidden;
    }

    /** RFC 6749, 5.2, and RFC 8693, 2.2.2. */
    String error() {
        return error;
    }
}
