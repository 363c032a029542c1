package io.narthex.serve;

import io.narthex.configuration.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Random passwords, one a role, each in a file of mode 600; made when first asked for. */
final class Passwords {
    private static final int BYTES = 24;

    private final Path directory;

    private Passwords(Path directory) {
        this.directory = directory;
    }

    static Passwords in(Path directory) throws IOException {
        Files.createDirectories(directory, mode("rwx------"));
        return new Passwords(directory);
    }

    Path fileOf(String role) {
        return directory.resolve(role);
    }

    Secret of(String role) {
        try {
            Path file = fileOf(role);
            if (!Files.exists(file)) {
                byte[] random = new byte[BYTES];
                new SecureRandom().nextBytes(random);
                Files.createFile(file, mode("rw-------"));
                Files.writeString(file, HexFormat.of().formatHex(random) + "\n");
            }
            return new Secret(Files.readString(file).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileAttribute<?> mode(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }
}
