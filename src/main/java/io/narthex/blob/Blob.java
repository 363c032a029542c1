package io.narthex.blob;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.Optional;

/** One stored blob that is opened for reading. Close it when its last range was read. */
public interface Blob extends AutoCloseable {
    /** Size in bytes. */
    long size();

    /**
     * The bytes from {@code first} (0 is the beginning) on, exactly {@code length} of them: if the store cannot give them
     * all, reading throws and does not end early. Ranges are independent of each other; close each before the blob.
     *
     * @throws IndexOutOfBoundsException if the blob has no such bytes
     */
    InputStream range(long first, long length) throws IOException;

    /** The file itself, for what sends from file to socket (use positional reads only); none if it is no file. */
    Optional<FileChannel> channel();

    @Override
    void close();
}
