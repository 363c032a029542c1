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

/** Looks at the files of Nix's SQLite database from outside: by name, size and time only. */
record DatabaseFiles(Path database) {

    /**
     * Bytes of the head of a log (SQLite, file format, 4.1). A shorter one holds nothing, as a read-only tool or a writer that
     * has just opened the database leaves it: then the main file is all there is, as without a log. To ask SQLite would be wrong
     * there, who tells of a change at every question over {@code readonly_shm} where no writer has the database open.
     */
    private static final long LOG_HEADER = 32;

    /**
     * What the files look like.
     *
     * @param exists whether there is a database
     * @param wal whether a write-ahead log that holds anything lies beside it, so that the main file alone may be old
     * @param index whether SQLite's index of that log lies there; without it nobody has the database open
     * @param size of the main file in bytes
     * @param key which file it is, where the file system tells; a file deleted may lend its key to the next one
     */
    record State(
            boolean exists,
            boolean wal,
            boolean index,
            long size,
            FileTime modified,
            @Nullable Object key) {
        static final State ABSENT = new State(false, false, false, 0, FileTime.fromMillis(0), null);

        /** Whether SQLite itself tells of changes: it does where log and index are those of whoever writes. */
        boolean isShared() {
            return wal && index;
        }

        /** A log that a crash or a copy left without its index, which only a user who may write could make anew. */
        boolean isOrphaned() {
            return wal && !index;
        }

        /** Whether both name the same file: a database put in its place is another one. */
        boolean sameFile(State other) {
            return exists == other.exists && Objects.equals(key, other.key);
        }
    }

    State state() {
        try {
            // the log first: it appears before the main file changes, and goes after
            boolean wal = size(beside("-wal")) >= LOG_HEADER;
            boolean index = wal && Files.exists(beside("-shm"));
            BasicFileAttributes a = Files.readAttributes(database, BasicFileAttributes.class);
            return new State(true, wal, index, a.size(), a.lastModifiedTime(), a.fileKey());
        } catch (NoSuchFileException e) {
            return State.ABSENT;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /**
     * A copy of database and log in a directory of its own, where the index can be made.
     *
     * @return the database in it
     */
    Path copy() throws IOException {
        Path directory = Files.createTempDirectory("narthex-nix-database");
        Path copy = directory.resolve("db.sqlite");
        Files.copy(database, copy);
        Files.copy(beside("-wal"), directory.resolve("db.sqlite-wal"));
        return copy;
    }

    /** Removes what {@link #copy} made, and what SQLite made beside it. */
    static void remove(Path copy) throws IOException {
        for (String suffix : new String[] {"-wal", "-shm", ""}) {
            Files.deleteIfExists(copy.resolveSibling(copy.getFileName() + suffix));
        }
        Path directory = copy.getParent();
        if (directory != null) {
            Files.deleteIfExists(directory);
        }
    }

    private Path beside(String suffix) {
        return database.resolveSibling(database.getFileName() + suffix);
    }
}
