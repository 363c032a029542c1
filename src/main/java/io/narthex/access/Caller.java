package io.narthex.access;

/** Who asks, as far as the credentials tell. */
enum Caller {
    /** No credentials at all. */
    NOBODY,
    /** Credentials that are no valid token. */
    STRANGER,
    /** The administrator's token. */
    ADMINISTRATOR
}
