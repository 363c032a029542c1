package io.narthex.key.master;

import java.io.Serial;

/** A sealed secret does not open; the message says why, without any secret. */
public final class WrongMasterKeyException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    WrongMasterKeyException(String message) {
        super(message);
    }
}
