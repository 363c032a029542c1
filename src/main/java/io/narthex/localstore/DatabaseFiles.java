package io.narthex.localstore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The files of Nix's SQLite database, looked at from outside: by name, size and time only. */
record DatabaseFiles(Path database) {

    /**
     * What the files look like.
     *
     * @param exists whether there is a database
     * @param wal whether a write-ahead log lies beside it, so that the main file alone may be old
     * @param size of the main file in bytes
     * @param key which file it is, where the file system tells; a file deleted may lend its key to the next one
     */
    record State(
            boolean exists,
            boolean wal,
            long size,
            FileTime modified,
            @Nullable Object key) {
        static final State ABSENT = new State(false, false, 0, FileTime.fromMillis(0), null);

        /** Whether both name the same file: a database put in its place is another one. */
        boolean sameFile(State other) {
            return exists == other.exists && Objects.equals(key, other.key);
        }
    }

    State state() {
        try {
            // the log first: it appears before the main file changes, and goes after
            boolean wal = Files.exists(wal());
            BasicFileAttributes a = Files.readAttributes(database, BasicFileAttributes.class);
            return new State(true, wal, a.size(), a.lastModifiedTime(), a.fileKey());
        } catch (NoSuchFileException e) {
            return State.ABSENT;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path wal() {
        return database.resolveSibling(database.getFileName() + "-wal");
    }
}
