package io.narthex.blob;

import java.io.IOException;

/** Says that there is no room for what was to be kept: a disk is full, or would hold less free space than its reserve. */
public final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1;

    NoRoomException(String message) {
        super(message);
    }

    NoRoomException(String message, IOException cause) {
        super(message, cause);
    }
}
