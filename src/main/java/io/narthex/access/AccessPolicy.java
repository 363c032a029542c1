package io.narthex.access;

import io.narthex.http.Right;

/** The one decision on access: a pure function. */
final class AccessPolicy {
    private AccessPolicy() {}

    static Decision decide(Right right, Caller caller) {
        return switch (right) {
            case ADMINISTER_SERVER ->
                switch (caller) {
                    case NOBODY, STRANGER -> Decision.AUTHENTICATE;
                    case ADMINISTRATOR -> Decision.ALLOW;
                };
        };
    }
}
