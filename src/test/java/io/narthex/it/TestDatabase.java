package io.narthex.it;

import io.narthex.serve.EmbeddedDb;
import io.narthex.serve.TreeCopy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL for tests, with the roles and an empty database. Each is a copy of one that this JVM made first, in a tenth of
 * the time that initdb takes.
 */
public final class TestDatabase {
    private static @Nullable Path template;

    private TestDatabase() {}

    /** Starts one; all of it lies below the directory, which need not exist. */
    public static EmbeddedDb in(Path directory) throws IOException, SQLException {
        TreeCopy.all(template(), directory);
        return EmbeddedDb.temporary(binaries(), directory);
    }

    /** One that follows another, of whose directory this is a copy. */
    static EmbeddedDb standby(Path directory) throws IOException {
        return EmbeddedDb.standby(binaries(), directory);
    }

    /** Starts the one again that lies in the directory and was closed. */
    static EmbeddedDb again(Path directory, int port) throws IOException, SQLException {
        return EmbeddedDb.temporary(binaries(), directory, port);
    }

    private static synchronized Path template() throws IOException, SQLException {
        if (template == null) {
            Path made = Files.createTempDirectory(Files.createDirectories(target().resolve("it")), "postgresql");
            EmbeddedDb.temporary(binaries(), made).close();
            template = made;
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(made), "remove the template"));
        }
        return template;
    }

    private static void remove(Path made) {
        try {
            Leftovers.remove(made, made.resolve("none"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path binaries() {
        return target().resolve("embedded-pg");
    }

    private static Path target() {
        return Path.of(System.getProperty("it.directory"));
    }
}
