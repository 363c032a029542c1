package io.narthex.nix.nar;

import java.io.IOException;
import java.io.InputStream;

/**
 * Hashes and keeps the bytes of an archive as they come, whoever reads them. So a file's contents can be passed over
 * without being handed out, unlike those of a {@link java.security.DigestInputStream}.
 */
public abstract class PassableStream extends InputStream {
    /**
     * Passes over some of the bytes that come next, at most {@code length}, which is positive.
     *
     * @return how many; at least one, or -1 at the end
     */
    public abstract int pass(long length) throws IOException;
}
