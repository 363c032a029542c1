package io.narthex.localstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixStore;
import io.narthex.localstore.LyingDatabase.Lying;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/**
 * Reads as a user who may only read: a process of its own, since root may write anywhere. Where the tests run as root it
 * runs as nobody, by setpriv of util-linux; where not, the directory is closed to the user of the tests.
 */
class ReadOnlyNixDatabaseIT {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private static final String THERE = "a".repeat(32);
    private static final String LATER = "b".repeat(32);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final Map<Lying, LyingDatabase> databases = new EnumMap<>(Lying.class);

    @BeforeEach
    void make() throws Exception {
        permissions(directory, "rwxr-xr-x");
        NixStore store = NixStore.in(directory);
        store.add("anything", "so that there is a database");
        for (Lying lying : Lying.values()) {
            databases.put(
                    lying, LyingDatabase.in(lying, store, NixStore.in(directory.resolve(lying.name())), THERE + "-a"));
        }
    }

    @AfterEach
    void close() throws Exception {
        permitWriting(true);
        for (LyingDatabase database : databases.values()) {
            database.close();
        }
    }

    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void seesEveryChangeAndNoOtherHoweverTheFilesLie() throws Exception {
        permitWriting(false);
        var before = listings();
        Process probe = probe();
        try (BufferedReader output = probe.inputReader()) {
            assertThat(output.readLine()).isNotEqualTo("root");
            assertThat(lines(output))
                    .allSatisfy((lying, line) -> assertThat(line).isEqualTo("found=true stands=true later=false"));
            assertThat(listings()).isEqualTo(before);

            permitWriting(true);
            for (LyingDatabase database : databases.values()) {
                database.register(LATER + "-b");
            }
            permitWriting(false);
            var after = listings();
            probe.getOutputStream().close();

            assertThat(lines(output))
                    .allSatisfy((lying, line) -> assertThat(line).isEqualTo("changed=true later=true stands=true"));
            assertThat(listings()).isEqualTo(after);
        } finally {
            probe.destroyForcibly();
        }
    }

    private Process probe() throws Exception {
        List<String> command = new ArrayList<>();
        if (ROOT) {
            command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        permissions(temporary, "rwxrwxrwx");
        command.addAll(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + temporary,
                "-classpath",
                readableClasses(),
                ReadOnlyProbe.class.getName(),
                THERE,
                LATER));
        databases.values().forEach(database -> command.add(database.file().toString()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** What the probe says of each next. */
    private Map<Lying, String> lines(BufferedReader output) throws IOException {
        Map<Lying, String> lines = new EnumMap<>(Lying.class);
        for (Lying lying : databases.keySet()) {
            lines.put(lying, String.valueOf(output.readLine()));
        }
        return lines;
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

    private void permitWriting(boolean permitted) throws IOException {
        for (LyingDatabase database : databases.values()) {
            permissions(database.directory(), permitted ? "rwxr-xr-x" : "r-xr-xr-x");
        }
    }

    private static void permissions(Path directory, String mode) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
    }

    private Map<Lying, Map<String, String>> listings() throws IOException {
        Map<Lying, Map<String, String>> all = new EnumMap<>(Lying.class);
        for (Lying lying : databases.keySet()) {
            all.put(lying, databases.get(lying).listing());
        }
        return all;
    }
}
