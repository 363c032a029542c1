package io.narthex.access;

import io.narthex.configuration.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/** The file that holds the administrator's token: one line, readable by the server's user alone. */
final class AdminTokenFile {
    /** Lets secret scanners find a token that was committed or logged somewhere. */
    private static final String PREFIX = "narthex_";

    private static final int RANDOM_BYTES = 32;

    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private final Path path;

    AdminTokenFile(Path path) {
        this.path = path;
    }

    /**
     * The token, without white space around it; none if the file is empty.
     *
     * @throws IOException if the file is missing, cannot be read or has several lines
     */
    Optional<Secret> read() throws IOException {
        String text = Files.readString(path, StandardCharsets.UTF_8).strip();
        if (text.lines().count() > 1) {
            throw new IOException("more than one line");
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(new Secret(text));
    }

    /**
     * Makes the file with a new token if there is none. It appears whole or not at all, also after a power cut, and
     * with mode 600 from its first moment.
     *
     * @return whether it was made
     */
    boolean createIfMissing(SecureRandom random) throws IOException {
        if (Files.exists(path)) {
            return false;
        }
        byte[] bits = new byte[RANDOM_BYTES];
        random.nextBytes(bits);
        String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bits) + "\n";
        Path directory = path.toAbsolutePath().getParent();
        Path half = Files.createTempFile(directory, ".admin-token", "", ownerOnly());
        try {
            write(half, token);
            // does not replace a token that another start has made in the meantime
            Files.move(half, path);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(half);
        }
    }

    private static void write(Path file, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** Whether more people than the owner can read or change the file. */
    boolean isOpenToOthers() throws IOException {
        return hasPosixModes() && Files.getPosixFilePermissions(path).stream().anyMatch(OTHERS::contains);
    }

    private static FileAttribute<?>[] ownerOnly() {
        return hasPosixModes()
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean hasPosixModes() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }
}
