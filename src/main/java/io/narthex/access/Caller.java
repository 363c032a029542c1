package io.narthex.access;

import io.narthex.access.token.Token;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Says who sends a request, as far as the credentials tell. */
sealed interface Caller {
    /** No credentials at all. */
    record Nobody() implements Caller {}

    /**
     * Credentials that open nothing.
     *
     * @param token that they are, where it is no longer valid; null where they are none of ours
     */
    record Refused(Cause cause, @Nullable Token token) implements Caller {
        Refused(Cause cause) {
            this(cause, null);
        }
    }

    /** The administrator's token file, and whoever is as much. */
    record Administrator() implements Caller {}

    /** Who holds a valid token. */
    record Holder(Token token) implements Caller {}

    Nobody NOBODY = new Nobody();
    Administrator ADMINISTRATOR = new Administrator();

    /** Why credentials open nothing. The dates are told, since whoever hears them holds the secret. */
    sealed interface Cause {
        record Wrong() implements Cause {}

        record Expired(Instant at) implements Cause {}

        record Revoked(Instant at) implements Cause {}

        /** What to tell the caller. */
        default String sentence() {
            return switch (this) {
                case Wrong wrong -> "The token is not one of this server";
                case Expired expired -> "The token expired at " + expired.at();
                case Revoked revoked -> "The token was revoked at " + revoked.at();
            };
        }
    }
}
