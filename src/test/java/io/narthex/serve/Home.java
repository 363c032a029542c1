package io.narthex.serve;

import io.narthex.configuration.StartRefused;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** The directory that one instance owns: mode 700, locked as long as this process lives. */
final class Home {
    private final Path directory;
    private final FileLock lock;

    private Home(Path directory, FileLock lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** Makes and locks the directory; a second instance is refused. */
    static Home take(Path directory) throws IOException, Refusal {
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            Files.createDirectories(directory.resolve("log"));
        } catch (FileSystemException e) {
            throw new Refusal("NARTHEX_HOME=" + directory + " cannot be used ("
                    + e.getClass().getSimpleName() + "): name a directory that this user may write to");
        }
        FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new Refusal("another Narthex runs with NARTHEX_HOME=" + directory
                    + ": stop it, or set another NARTHEX_HOME and other ports");
        }
        Home home = new Home(directory, lock);
        Files.deleteIfExists(home.refusalFile());
        return home;
    }

    Path directory() {
        return directory;
    }

    Path log(String name) {
        return directory.resolve("log").resolve(name);
    }

    /** Where the URI lies by which an auditor logs in to the database of this home. */
    static Path auditorUri(Path directory) {
        return directory.resolve("auditor.uri");
    }

    /** The same of the superuser. */
    static Path superuserUri(Path directory) {
        return directory.resolve("superuser.uri");
    }

    /** Keeps the URIs by which people log in to the database, each in a file of mode 600; the port may be new. */
    void keep(String auditor, String superuser) throws IOException {
        keep(auditorUri(directory), auditor);
        keep(superuserUri(directory), superuser);
    }

    private static void keep(Path file, String line) throws IOException {
        Path half = Files.createTempFile(file.getParent(), ".uri", "");
        Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(half, line + "\n");
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The reason for which the application did not start, once it wrote one. */
    Optional<String> refusal() throws IOException {
        return Files.exists(refusalFile())
                ? Optional.of(Files.readString(refusalFile()).strip())
                : Optional.empty();
    }

    private Path refusalFile() {
        return directory.resolve(StartRefused.FILE);
    }

    /** Lets the next instance in. */
    void release() throws IOException {
        lock.acquiredBy().close();
    }
}
