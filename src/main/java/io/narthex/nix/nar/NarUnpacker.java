package io.narthex.nix.nar;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Unpacks an archive to a path where nothing is yet. What was written stays when the archive turns out malformed; the
 * caller throws it away. On a file system that folds case, two names that fold together make it fail.
 */
public final class NarUnpacker {
    private NarUnpacker() {}

    /**
     * Reads the archive to its end and writes its tree.
     *
     * @throws NarException.Malformed where the bytes are not one archive and nothing else
     * @throws NarException.UnsupportedTarget for a link that this JVM cannot make
     * @throws java.nio.file.FileAlreadyExistsException where something is at {@code target}
     */
    public static void unpack(InputStream nar, Path target) throws IOException {
        NarReader.read(nar, new Writer(target));
    }

    private static final class Writer implements NarVisitor {
        private static final FileAttribute<Set<PosixFilePermission>> PLAIN =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"));
        private static final FileAttribute<Set<PosixFilePermission>> EXECUTABLE =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));
        private static final Set<StandardOpenOption> CREATE =
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

        private final Deque<Path> directories = new ArrayDeque<>();
        private Path next;

        Writer(Path target) {
            next = target;
        }

        @Override
        public void enterDirectory() throws IOException {
            Files.createDirectory(next);
            directories.push(next);
        }

        @Override
        public void enterEntry(byte[] name) {
            next = FileNames.resolve(directories.element(), name);
        }

        @Override
        public void leaveDirectory() {
            directories.pop();
        }

        @Override
        public void regular(boolean executable, long size, long offset, InputStream contents) throws IOException {
            try (OutputStream out =
                    Channels.newOutputStream(Files.newByteChannel(next, CREATE, executable ? EXECUTABLE : PLAIN))) {
                contents.transferTo(out);
            }
        }

        @Override
        public void symlink(byte[] target) throws IOException {
            Files.createSymbolicLink(next, FileNames.target(target));
        }
    }
}
