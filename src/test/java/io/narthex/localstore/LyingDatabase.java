package io.narthex.localstore;

import io.narthex.it.NixStore;
import io.narthex.nix.store.StoreDir;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A database that the real Nix made, in one of the states in which a reader may find its files. */
public final class LyingDatabase implements AutoCloseable {
    private final NixStore store;
    private final @Nullable NixWriter writer;

    /** The files as they may lie there, and who has them open. */
    public enum Lying {
        NO_LOG,
        EMPTY_LOG,
        EMPTY_LOG_WITHOUT_INDEX,
        LOG_WITHOUT_INDEX,
        LOG_OF_A_KILLED_WRITER,
        EMPTY_LOG_OF_A_WRITER,
        LOG_OF_A_WRITER;

        private boolean isLogEmpty() {
            return switch (this) {
                case NO_LOG, EMPTY_LOG, EMPTY_LOG_WITHOUT_INDEX, EMPTY_LOG_OF_A_WRITER -> true;
                case LOG_WITHOUT_INDEX, LOG_OF_A_KILLED_WRITER, LOG_OF_A_WRITER -> false;
            };
        }

        /** Endings of the files that a writer left; none where one still has them open. */
        private List<String> left() {
            return switch (this) {
                case NO_LOG -> List.of("");
                case EMPTY_LOG, LOG_OF_A_KILLED_WRITER -> List.of("", "-wal", "-shm");
                case EMPTY_LOG_WITHOUT_INDEX, LOG_WITHOUT_INDEX -> List.of("", "-wal");
                case EMPTY_LOG_OF_A_WRITER, LOG_OF_A_WRITER -> List.of();
            };
        }
    }

    private LyingDatabase(NixStore store, @Nullable NixWriter writer) {
        this.store = store;
        this.writer = writer;
    }

    /**
     * Makes it.
     *
     * @param made a store whose database to begin with, which nobody has open; it stays as it is
     * @param store where the files are to lie, and nothing lies yet
     * @param baseName of a path to register in it, in the log or in the main file
     */
    public static LyingDatabase in(Lying lying, NixStore made, NixStore store, String baseName)
            throws IOException, SQLException {
        Files.createDirectories(store.databaseDirectory());
        // without it Nix would take the database for none
        Files.copy(
                made.databaseDirectory().resolve("schema"),
                store.databaseDirectory().resolve("schema"));
        boolean held = lying.left().isEmpty();
        Path file = held ? store.database() : store.scratch().resolve("db.sqlite");
        Files.copy(made.database(), file);
        NixWriter writer = NixWriter.open(file);
        writer.register(baseName);
        if (lying.isLogEmpty()) {
            writer.execute("pragma wal_checkpoint(truncate)");
        }
        if (held) {
            return new LyingDatabase(store, writer);
        }
        for (String end : lying.left()) {
            Files.copy(Path.of(file + end), Path.of(store.database() + end));
        }
        writer.close();
        return new LyingDatabase(store, null);
    }

    Path file() {
        return store.database();
    }

    Path directory() {
        return store.databaseDirectory();
    }

    public NixDatabase open() {
        return new NixDatabase(store.database(), StoreDir.DEFAULT);
    }

    /**
     * Registers a path, by who has it open or, where nobody has, by Nix: a process of its own, since SQLite lets nobody write who
     * shares a process with a reader that may only read the log's index.
     */
    public void register(String baseName) throws IOException, SQLException {
        if (writer != null) {
            writer.register(baseName);
            return;
        }
        // path, hash, size, deriver, number of references
        store.run(
                "sh",
                "-c",
                "printf '/nix/store/%s\\n%064d\\n120\\n\\n0\\n' \"$1\" 0 | nix-store --store \"$2\" --load-db",
                "sh",
                baseName,
                store.uri());
    }

    /** Names, sizes and times of what lies there. */
    Map<String, String> listing() throws IOException {
        return listing(directory());
    }

    /** Names, sizes and times of what is in a directory. */
    static Map<String, String> listing(Path directory) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                all.put(file.getFileName().toString(), Files.size(file) + " bytes, " + Files.getLastModifiedTime(file));
            }
        }
        all.put("the directory itself", Files.getLastModifiedTime(directory).toString());
        return all;
    }

    @Override
    public void close() throws SQLException {
        if (writer != null) {
            writer.close();
        }
    }
}
