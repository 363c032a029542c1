package io.narthex.nix.nar;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the bytes of an archive, in order. */
@FunctionalInterface
public interface NarSink {
    /** Takes all remaining bytes. The buffer is the caller's again when this returns. */
    void write(ByteBuffer bytes) throws IOException;
}
