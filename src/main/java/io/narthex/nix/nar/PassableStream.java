package io.narthex.nix.nar;

import java.io.IOException;
import java.io.InputStream;

/**
 * An archive whose bytes are hashed and kept as they come, whoever reads them: so that its contents need not be handed out
 * to be passed over, unlike those of a {@link java.security.DigestInputStream}.
 */
public abstract class PassableStream extends InputStream {
    /**
     * Passes over some of the bytes that come next, at most {@code length}, which is positive.
     *
     * @return how many; at least one, or -1 at the end
     */
    public abstract int pass(long length) throws IOException;
}
