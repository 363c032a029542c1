package io.narthex.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.TenantCache;
import io.narthex.it.WireClient;
import io.narthex.push.HandPush;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The lines of {@code src/docs/own-server.md}, pasted into a shell: a server with Debian's PostgreSQL, its backup, and a server that
 * is restored from that. What root alone may do is left out, and root's directories lie in another place.
 */
class OwnServerIT {
    private static final Pattern BLOCK = Pattern.compile("^```\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern ENVIRONMENT =
            Pattern.compile("^Environment=\"?([A-Z_]+)=(.*?)\"?$", Pattern.MULTILINE);
    private static final Pattern START = Pattern.compile("^ExecStart=(.*)$", Pattern.MULTILINE);
    private static final Pattern ROOTS_PLACE = Pattern.compile("/(opt|etc)/narthex|/var/(lib|log|backups)/narthex");

    /** {@code su postgres -c COMMAND} logs in as the superuser of the test's PostgreSQL; there is no user narthex. */
    private static final String INSTEAD_OF_ROOT = """
        set -ex
        su() { env PGHOST=$SUPERUSER_HOST PGUSER=postgres PGPASSWORD=$SUPERUSER_PASSWORD sh -c "$3"; }
        useradd() { :; }
        chown() { :; }
        """;

    private static final int PATIENCE_MINUTES = 5;
    private static final long POLL_MILLIS = 100;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path root;

    private Map<String, String> ports;
    private String document;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void read() throws IOException {
        ports = LauncherProcess.freePorts();
        document = Files.readString(Path.of("src/docs/own-server.md"));
        for (String directory : List.of("etc", "opt", "var/lib", "var/log", "var/backups")) {
            Files.createDirectories(root.resolve(directory));
        }
    }

    @Test
    void servesAndIsRestoredFromItsBackup() throws Exception {
        TenantCache cache;
        HandPush push = HandPush.small(new Random(13));
        byte[] narInfo;
        try (DebianDb db = DebianDb.start(root.resolve("first"))) {
            paste(
                    db,
                    block("## 2. Database", 0)
                            + block("## 3. User", 0)
                            + block("## 4. WildFly", 0)
                            + block("## 4. WildFly", 2)
                            + block("## 5. Settings", 0));
            Process server = start();
            try {
                cache = TenantCache.make(
                        url(),
                        Files.readString(at("/var/lib/narthex/admin-token")).strip(),
                        "{}");
                assertThat(push.putNar(cache)).isEqualTo(201);
                assertThat(push.putNarInfo(cache)).isEqualTo(201);
                narInfo = cache.get(push.narInfoUrl()).body();

                assertThat(paste(db, block("## 7. A login for auditors", 0))).contains("(1 row)");
                paste(db, block("## Backup and restore", 0));
            } finally {
                end(server);
            }
        }
        Files.move(at("/var/lib/narthex"), root.resolve("lost"));
        Files.move(at("/etc/narthex"), root.resolve("lost-settings"));

        try (DebianDb db = DebianDb.start(root.resolve("second"))) {
            paste(db, block("## 3. User", 0) + block("## 4. WildFly", 2) + block("## Backup and restore", 1));
            Process server = start("NARTHEX_DB_URL", "jdbc:postgresql://127.0.0.1:" + db.port() + "/narthex");
            try {
                assertThat(cache.get(push.narInfoUrl()).body()).isEqualTo(narInfo);
                assertThat(push.get(cache).body()).isEqualTo(push.file());
                assertThat(push.putNarInfo(cache)).as("its token").isEqualTo(200);
            } finally {
                end(server);
            }
        }
    }

    /** The lines of a block of a section, for the test's root directory. */
    private String block(String title, int number) {
        int begin = document.indexOf("\n" + title);
        assertThat(begin).as(title).isNotNegative();
        int end = document.indexOf("\n## ", begin + 1);
        String section = document.substring(begin, end < 0 ? document.length() : end);
        List<String> blocks =
                BLOCK.matcher(section).results().map(found -> found.group(1)).toList();
        return moved(blocks.get(number));
    }

    private String moved(String lines) {
        return ROOTS_PLACE
                .matcher(lines.replace(" -o narthex -g narthex", ""))
                .replaceAll(place -> Matcher.quoteReplacement(root + place.group()));
    }

    private Path at(String place) {
        return Path.of(moved(place));
    }

    /** What it prints. */
    private String paste(DebianDb db, String lines) throws IOException, InterruptedException {
        Path script = Files.writeString(
                root.resolve("lines"), INSTEAD_OF_ROOT + lines.replace("127.0.0.1:5432", "127.0.0.1:" + db.port()));
        Path output = root.resolve("output");
        ProcessBuilder builder = new ProcessBuilder("bash", script.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        Map<String, String> superuser = db.superuser();
        builder.environment().put("PGPORT", superuser.getOrDefault("PGPORT", ""));
        builder.environment().put("SUPERUSER_HOST", superuser.getOrDefault("PGHOST", ""));
        builder.environment().put("SUPERUSER_PASSWORD", superuser.getOrDefault("PGPASSWORD", ""));
        Process shell = builder.start();
        assertThat(shell.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
        String printed = Files.readString(output);
        assertThat(shell.exitValue()).as(printed).isZero();
        return printed;
    }

    /** As systemd starts it by our unit; returns when it is ready. More settings: name, value. */
    private Process start(String... more) throws Exception {
        String unit = moved(Files.readString(Path.of("wildfly-config/systemd/narthex.service")));
        String command = START.matcher(unit).results().findFirst().orElseThrow().group(1);
        Path output = root.resolve("server");
        ProcessBuilder builder =
                new ProcessBuilder(command.split(" ")).redirectErrorStream(true).redirectOutput(output.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("NARTHEX_") || name.startsWith("JBOSS_"));
        ENVIRONMENT.matcher(unit).results().forEach(set -> environment.put(set.group(1), set.group(2)));
        Files.readAllLines(at("/etc/narthex/environment"))
                .forEach(line -> environment.put(line.split("=", 2)[0], line.split("=", 2)[1]));
        environment.putAll(ports);
        environment.put("WILDFLY_HOME", at("/opt/narthex/wildfly").toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("NARTHEX_NIX_STORE", root.resolve("no-store").toString());
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        Process server = builder.start();
        try {
            awaitReady(server, output);
            return server;
        } catch (AssertionError e) {
            end(server);
            throw e;
        }
    }

    private void awaitReady(Process server, Path output) throws InterruptedException {
        WireClient management = new WireClient("http://127.0.0.1:" + ports.get("NARTHEX_MANAGEMENT_PORT"));
        Instant end = Instant.now().plus(Duration.ofMinutes(PATIENCE_MINUTES));
        while (!isReady(management)) {
            assertThat(server.isAlive() && Instant.now().isBefore(end))
                    .as(() -> "a server that is ready: " + text(output))
                    .isTrue();
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static boolean isReady(WireClient management) {
        try {
            return management.get("/health/ready").status() == 200;
        } catch (IOException e) {
            // it does not listen yet
            return false;
        }
    }

    private static void end(Process server) throws InterruptedException {
        server.destroy();
        assertThat(server.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
    }

    private String url() {
        return "http://127.0.0.1:" + ports.get("NARTHEX_PORT");
    }
}
