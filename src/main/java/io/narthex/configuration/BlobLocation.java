package io.narthex.configuration;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** The setting that says where uploaded bytes lie: a directory or a bucket. */
public sealed interface BlobLocation {
    /**
     * Files of this machine, or of a disk that several share.
     *
     * @param directory holds nothing else; absolute
     */
    record Files(Path directory) implements BlobLocation {}

    /**
     * Objects in S3 or in what speaks its protocol.
     *
     * @param bucket exists already
     * @param prefix begins the names of all objects, without a slash at either end; may be empty
     * @param endpoint of another server than AWS; its buckets are addressed by path
     * @param region none is what the AWS SDK finds; with an endpoint, {@code us-east-1}
     */
    record S3(String bucket, String prefix, Optional<URI> endpoint, Optional<String> region) implements BlobLocation {}

    /**
     * Reads {@code file:/directory} or {@code s3://bucket/prefix}.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    static BlobLocation parse(String text, Optional<URI> endpoint, Optional<String> region) {
        if (text.startsWith("file:/")) {
            // both spellings of a file URL: file:/directory and file:///directory
            String path = text.substring("file:".length()).replaceFirst("^///", "/");
            if (path.startsWith("//")) {
                throw new IllegalArgumentException("a file on another host");
            }
            try {
                return new Files(Path.of(path).toAbsolutePath().normalize());
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(text, e);
            }
        }
        if (!text.matches("s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/+[A-Za-z0-9!_.*'()-]+)*/*")) {
            throw new IllegalArgumentException("neither file:/ nor s3://");
        }
        String[] parts = text.substring("s3://".length()).split("/+", 2);
        String prefix = parts.length == 1 ? "" : parts[1].replaceAll("/+", "/").replaceFirst("/$", "");
        return new S3(parts[0], prefix, endpoint, region);
    }
}
