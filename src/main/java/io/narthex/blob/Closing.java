package io.narthex.blob;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;

/** Closes things where nobody could act on a failure: what was read is read, and what is thrown away is swept later. */
final class Closing {
    private static final System.Logger LOG = System.getLogger(Closing.class.getName());

    private Closing() {}

    static void quietly(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "could not be closed or removed: {0}", e.toString());
        }
    }
}
