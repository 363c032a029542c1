package io.narthex.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * PostgreSQL of the system's packages, as those have it who follow {@code src/docs/own-server.md}: what is on Maven Central lacks
 * {@code pg_dump}. Nobody logs in without a password.
 */
final class DebianDb implements AutoCloseable {
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final String PASSWORD = "of-the-superuser";
    private static final int PATIENCE_MINUTES = 2;

    private final Path directory;
    private final int port;

    private DebianDb(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /** Makes one in a directory that is not there yet, and starts it. */
    static DebianDb start(Path directory) throws IOException, InterruptedException {
        DebianDb db = new DebianDb(Files.createDirectories(directory), FreePort.find());
        Path password = Files.writeString(directory.resolve("password"), PASSWORD);
        db.run("initdb", "--auth=scram-sha-256", "--username=postgres", "--pwfile=" + password, "--locale=C.UTF-8");
        db.run(
                "pg_ctl",
                "--wait",
                "--log=" + directory.resolve("log"),
                "--options=-p " + db.port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off",
                "start");
        return db;
    }

    int port() {
        return port;
    }

    /** By these the programs of PostgreSQL log in as its superuser. */
    Map<String, String> superuser() {
        return Map.of(
                "PGHOST", "127.0.0.1", "PGPORT", Integer.toString(port), "PGUSER", "postgres", "PGPASSWORD", PASSWORD);
    }

    private void run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            // it refuses to run as root
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(newest().resolve("bin").resolve(program).toString());
        command.add("--pgdata=" + directory.resolve("data"));
        command.addAll(List.of(arguments));
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
            throw new IOException(program + ": " + Files.readString(output));
        }
    }

    private static Path newest() throws IOException {
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.max(Comparator.comparingInt(
                            version -> Integer.parseInt(version.getFileName().toString())))
                    .orElseThrow();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            run("pg_ctl", "--wait", "--mode=fast", "stop");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
