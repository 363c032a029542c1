package io.narthex.console;

import io.narthex.access.TokenLogin.Credential;
import java.time.Duration;

/**
 * Somebody who is logged in.
 *
 * @param credential what is kept of the token that was pasted
 * @param age since then
 */
record Session(SessionId id, Credential credential, Duration age) {
    /** What is hard to undo asks for a log-in that is not older. */
    static final Duration FRESH = Duration.ofMinutes(10);

    boolean isFresh() {
        return age.compareTo(FRESH) < 0;
    }
}
