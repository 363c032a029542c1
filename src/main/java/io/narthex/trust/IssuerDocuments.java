package io.narthex.trust;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/** Fetches what an issuer publishes. */
interface IssuerDocuments {
    /**
     * Waits for the whole document.
     *
     * @param most bytes
     * @param deadline of all of it
     * @throws IOException where there is none in time, or it is longer; its message says so to the administrator
     */
    byte[] get(URI uri, int most, Duration deadline) throws IOException;
}
