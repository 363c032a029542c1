package io.narthex.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An own copy of the provisioned server: the next build removes target/server under whoever runs from it. */
final class ServerCopy {
    private ServerCopy() {}

    /** Replaces all but what the server itself wrote: its keystore, its logs. Modules are hard links where that goes. */
    static void make(Path from, Path to) throws IOException {
        for (String stale : List.of("modules", "standalone/data", "standalone/tmp", "standalone/deployments")) {
            delete(to.resolve(stale));
        }
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> copy(from, file, to.resolve(from.relativize(file))));
        }
    }

    private static void copy(Path root, Path file, Path target) {
        try {
            if (Files.isDirectory(file)) {
                Files.createDirectories(target);
            } else if (!root.relativize(file).startsWith("modules")) {
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            } else {
                linkOrCopy(file, target);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void linkOrCopy(Path file, Path target) throws IOException {
        try {
            Files.createLink(target, file);
        } catch (FileSystemException | UnsupportedOperationException e) {
            // another file system, or a kernel that links no file of another user
            Files.copy(file, target);
        }
    }

    /** Removes a directory with all that is in it; none is fine. */
    static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
