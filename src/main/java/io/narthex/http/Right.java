package io.narthex.http;

/** What a resource method can require of its caller. */
public enum Right {
    /** All that concerns the server as a whole. */
    ADMINISTER_SERVER
}
