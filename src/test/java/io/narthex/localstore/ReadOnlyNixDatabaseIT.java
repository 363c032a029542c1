package io.narthex.localstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixStore;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/**
 * Reads as a user who may only read: a process of its own, since root may write anywhere. Where the tests run as root it
 * runs as nobody, by setpriv of util-linux; where not, the directory is closed to the user of the tests.
 */
class ReadOnlyNixDatabaseIT {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private NixStore store;

    @SuppressWarnings("NullAway.Init") // set before each test
    private StorePath path;

    @BeforeEach
    void make() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        store = NixStore.in(directory);
        path = store.add("read-only", "for everybody");
    }

    @AfterEach
    void reopen() throws IOException {
        permissions("rwxr-xr-x");
    }

    @Test
    void findsAPathWhereThereIsNoLog() throws Exception {
        assertThat(probe()).isEqualTo("found=true");
    }

    @Test
    void findsAPathThatIsOnlyInTheLogOfAWriter() throws Exception {
        try (NixWriter writer = NixWriter.open(store)) {
            writer.execute("update ValidPaths set narSize = 121 where path = '" + NixStore.path(path) + "'");
            assertThat(Path.of(store.database() + "-wal")).isNotEmptyFile();

            assertThat(probe()).isEqualTo("found=true");
        }
    }

    @Test
    void findsAPathInWhatAKilledWriterLeft() throws Exception {
        Path left = directory.resolve("left");
        Files.createDirectories(left);
        try (NixWriter writer = NixWriter.open(store)) {
            writer.execute("update ValidPaths set narSize = 121 where path = '" + NixStore.path(path) + "'");
            for (String end : List.of("", "-wal", "-shm")) {
                Files.copy(Path.of(store.database() + end), left.resolve("db.sqlite" + end));
            }
        }

        assertThat(probe(left.resolve("db.sqlite"))).isEqualTo("found=true");
        assertThat(names(left)).containsExactly("db.sqlite", "db.sqlite-shm", "db.sqlite-wal");
    }

    private String probe() throws Exception {
        permissions("r-xr-xr-x");
        List<String> before = names(store.databaseDirectory());
        String answer = probe(store.database());
        assertThat(names(store.databaseDirectory())).isEqualTo(before);
        return answer;
    }

    private String probe(Path database) throws Exception {
        List<String> command = new ArrayList<>();
        if (ROOT) {
            command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        command.addAll(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + temporary,
                "-classpath",
                readableClasses(),
                ReadOnlyProbe.class.getName(),
                database.toString(),
                path.hash().toString()));
        Path output = directory.resolve("probe.out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(output).strip();
        assertThat(text).doesNotStartWith("root ");
        return text.substring(text.lastIndexOf(' ') + 1);
    }

    /** Copies of what the probe needs, where nobody may read them: Maven's repository may be root's alone. */
    private String readableClasses() throws IOException, URISyntaxException {
        List<String> places = new ArrayList<>();
        for (Class<?> type : List.of(NixDatabase.class, ReadOnlyProbe.class, JDBC.class)) {
            Path from = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path to = directory.resolve("classes-" + places.size());
            copy(from, to);
            places.add(to.toString());
        }
        return String.join(":", places);
    }

    private static void copy(Path from, Path to) throws IOException {
        if (Files.isRegularFile(from)) {
            Files.copy(from, to);
            return;
        }
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    private void permissions(String mode) throws IOException {
        Files.setPosixFilePermissions(store.databaseDirectory(), PosixFilePermissions.fromString(mode));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
