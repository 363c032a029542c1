package io.narthex.key.master;

import java.io.Serial;

/** Says that a sealed secret does not open, and why, without any secret. */
public final class WrongMasterKeyException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    WrongMasterKeyException(String message) {
        super(message);
    }
}
