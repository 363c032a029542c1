package io.narthex.change;

import java.io.Serial;

/** Says that the database cannot be reached and the answer is not in memory. */
public final class DatabaseAwayException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public DatabaseAwayException() {
        super("the database is away");
    }
}
