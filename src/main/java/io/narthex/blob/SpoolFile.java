package io.narthex.blob;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Keeps the part of a body that waits to be sent to S3 in a file that has no name. In memory the parts of many uploads
 * at once would fill the heap, and a file without a name is gone when the process ends.
 */
final class SpoolFile implements Closeable {
    private final FileChannel file;
    private final MessageDigest digest = md5();
    private long size;

    SpoolFile(Path directory) throws IOException {
        Path path = Files.createTempFile(directory, "part", "");
        try {
            file = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        } finally {
            // open files outlive their names
            Files.deleteIfExists(path);
        }
    }

    long size() {
        return size;
    }

    /** The checksum of what it holds, to be asked for once, in the one form that every server of S3 checks; not meant against an attacker. */
    String contentMd5() {
        return Base64.getEncoder().encodeToString(digest.digest());
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    /** Takes all of the buffer. */
    void write(ByteBuffer bytes) throws IOException {
        digest.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            size += file.write(bytes, size);
        }
    }

    /** All that it holds, from the beginning. */
    InputStream read() {
        return new ChannelRange(file, size, 0, size);
    }

    /** Forgets what it holds. */
    void clear() {
        size = 0;
        digest.reset();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
