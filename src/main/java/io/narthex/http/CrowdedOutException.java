package io.narthex.http;

import java.net.SocketTimeoutException;

/** A body was too slow for a time when others waited for its place; later it may well be fast enough. */
public final class CrowdedOutException extends SocketTimeoutException {
    private static final long serialVersionUID = 1L;

    /** @param least bytes a second that were wanted */
    CrowdedOutException(int least) {
        super("the body comes too slowly while others wait: at least " + least + " bytes a second are wanted now");
    }
}
