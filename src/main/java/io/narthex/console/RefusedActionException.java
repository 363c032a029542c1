package io.narthex.console;

import java.io.Serial;

/** Says in a sentence for the reader why something was not done. */
final class RefusedActionException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    RefusedActionException(String sentence) {
        super(sentence);
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
