package io.narthex.transfer;

import java.io.OutputStream;

/** A NAR's file that can be sent, whole or in part. */
public interface NarBody {
    /** In bytes. */
    long length();

    /** A strong entity tag, with its quotes. */
    String tag();

    /** Sends all of it; what is wrong breaks the connection before the last byte. */
    void whole(OutputStream out);

    /** Sends a part. */
    void part(ByteRange.Part part, OutputStream out);
}
