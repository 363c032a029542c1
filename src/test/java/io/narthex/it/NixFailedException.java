package io.narthex.it;

import java.io.Serial;

/** A command of Nix failed; the message is what it said. */
public final class NixFailedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    NixFailedException(String message) {
        super(message);
    }
}
