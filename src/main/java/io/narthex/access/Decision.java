package io.narthex.access;

/** What the access check decides about a request. */
enum Decision {
    ALLOW,
    /** Ask for a valid token: 401. */
    AUTHENTICATE,
    /** Say that the token does not allow this: 403. */
    FORBID,
    /** Say that there is nothing: 404. */
    HIDE
}
