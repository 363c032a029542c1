package io.narthex.localstore;

import java.io.Serial;
import java.nio.file.Path;

/** Says that the Nix database exists but cannot be read now. */
public final class StoreUnreadableException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient Path database;

    StoreUnreadableException(Path database, Throwable cause) {
        super("cannot read the Nix database " + database + ": " + cause.getMessage(), cause);
        this.database = database;
    }

    public Path database() {
        return database;
    }
}
