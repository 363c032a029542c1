package io.narthex.access;

/** What comes of a request. */
enum Decision {
    ALLOW,
    /** Ask for a valid token. */
    AUTHENTICATE
}
