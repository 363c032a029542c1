package io.narthex.blob;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.Optional;

/** One object of a bucket, opened for reading; each range is a request of its own. */
record S3Blob(S3Bucket bucket, String object, long size) implements Blob {
    @Override
    public InputStream range(long first, long length) throws IOException {
        Objects.checkFromIndexSize(first, length, size);
        return new S3Range(bucket, object, first, first + length);
    }

    @Override
    public Optional<FileChannel> channel() {
        return Optional.empty();
    }

    @Override
    public void close() {
        // each range has a connection of its own
    }
}
