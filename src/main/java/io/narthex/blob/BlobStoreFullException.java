package io.narthex.blob;

import java.io.IOException;

/** Says that the blob store has no room: its disk is full, or would hold less free space than its reserve. */
public final class BlobStoreFullException extends IOException {
    private static final long serialVersionUID = 1;

    BlobStoreFullException(String message) {
        super(message);
    }

    BlobStoreFullException(String message, IOException cause) {
        super(message, cause);
    }
}
