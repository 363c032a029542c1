package io.narthex.localstore;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/**
 * The log of a build, as it lies in the store: plain or packed by bzip2.
 *
 * @param modified when the file was written last
 */
public record BuildLog(Path file, boolean compressed, Instant modified) {
    /** Empty when there is no regular file; links are not followed, and an empty archive is a log not begun. */
    static Optional<BuildLog> at(Path file, boolean compressed) {
        try {
            BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            boolean begun = a.isRegularFile() && (!compressed || a.size() > 0);
            return begun
                    ? Optional.of(
                            new BuildLog(file, compressed, a.lastModifiedTime().toInstant()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * The text from its start.
     *
     * @throws IOException when the file cannot be read, or is compressed and no archive
     */
    public InputStream open() throws IOException {
        InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
        if (!compressed) {
            return in;
        }
        try {
            return new BZip2CompressorInputStream(new BufferedInputStream(in), true);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** Bytes of the text; reads it where it is compressed. */
    public long length() throws IOException {
        if (!compressed) {
            return Files.size(file);
        }
        try (InputStream in = open()) {
            return in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
