package io.narthex.nix.nar;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the bytes of an archive go, in order. */
@FunctionalInterface
public interface NarSink {
    /** Takes all remaining bytes. The buffer is the caller's again when this returns. */
    void write(ByteBuffer bytes) throws IOException;
}
