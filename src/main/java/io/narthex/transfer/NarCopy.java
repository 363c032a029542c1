package io.narthex.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;

/**
 * A copy of a NAR that is open for reading.
 *
 * @param entityTag with its quotes; another where it is coded
 * @param bytes of the file
 * @param coded whether by zstd
 */
public record NarCopy(FileChannel file, String entityTag, long bytes, boolean coded) implements AutoCloseable {
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
