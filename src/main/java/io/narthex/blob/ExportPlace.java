package io.narthex.blob;

import io.narthex.configuration.BlobLocation;
import io.narthex.outbound.TrustedCertificates;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import software.amazon.awssdk.core.sync.RequestBody;

/** A directory or a bucket into which files go under names that people read. */
public abstract sealed class ExportPlace implements AutoCloseable {
    private ExportPlace() {}

    /**
     * The place that a setting names.
     *
     * @param trusted whom TLS to a bucket trusts
     */
    public static ExportPlace of(BlobLocation location, TrustedCertificates trusted) {
        return switch (location) {
            case BlobLocation.Files files -> new Directory(files.directory());
            case BlobLocation.S3 s3 -> new Bucket(new S3Bucket(s3, Optional.of(trusted)));
        };
    }

    /**
     * Puts a copy of a file there, in place of one of that name; it is whole and durable when this returns.
     *
     * @return where it is, for people
     */
    public abstract String put(String name, Path file) throws IOException;

    @Override
    public abstract void close();

    private static final class Directory extends ExportPlace {
        private final Path directory;

        Directory(Path directory) {
            this.directory = directory;
        }

        @Override
        public String put(String name, Path file) throws IOException {
            Files.createDirectories(directory);
            Path half = Files.createTempFile(directory, "." + name, "");
            try {
                Files.copy(file, half, StandardCopyOption.REPLACE_EXISTING);
                sync(half, StandardOpenOption.WRITE);
                Path target = directory.resolve(name);
                Files.move(half, target, StandardCopyOption.ATOMIC_MOVE);
                sync(directory, StandardOpenOption.READ);
                return target.toUri().toString();
            } finally {
                Files.deleteIfExists(half);
            }
        }

        private static void sync(Path path, StandardOpenOption how) throws IOException {
            try (FileChannel channel = FileChannel.open(path, how)) {
                channel.force(true);
            }
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    private static final class Bucket extends ExportPlace {
        private final S3Bucket bucket;

        Bucket(S3Bucket bucket) {
            this.bucket = bucket;
        }

        @Override
        public String put(String name, Path file) throws IOException {
            String key = bucket.prefix() + name;
            bucket.ask(client ->
                    client.putObject(request -> request.bucket(bucket.name()).key(key), RequestBody.fromFile(file)));
            return "s3://" + bucket.name() + "/" + key;
        }

        @Override
        public void close() {
            bucket.close();
        }
    }
}
