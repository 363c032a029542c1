package io.narthex.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher as a process, the way {@code mvn -Pserve} does. */
class ServeIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void servesRefusesASecondAndLeavesNoProcess() throws Exception {
        Path home = directory.resolve("home");
        Map<String, String> ports = new HashMap<>(LauncherProcess.freePorts());
        // other tests have options that make a start shorter
        ports.put("NARTHEX_JAVA_OPTS", "");
        List<ProcessHandle> servers;
        try (LauncherProcess first = LauncherProcess.start(home, ports)) {
            assertThat(first.awaitBanner())
                    .contains("  extra-substituters = http://localhost:" + ports.get("NARTHEX_PORT"))
                    .contains("  extra-trusted-public-keys = ")
                    .contains(home.resolve("admin-token").toString())
                    .contains("NARTHEX_BIND=::")
                    .contains("psql \"$(cat " + home.resolve("auditor.uri") + ")\"")
                    .doesNotContain("Exception");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                    .isEqualTo("rwx------");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(home.resolve("postgresql-passwords/narthex_app"))))
                    .isEqualTo("rw-------");
            for (String name : List.of("auditor.uri", "superuser.uri")) {
                Path uri = home.resolve(name);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(uri)))
                        .isEqualTo("rw-------");
                assertThat(Files.readString(uri))
                        .matches("postgresql://[a-z_]+:[0-9a-f]{48}@127[.]0[.]0[.]1:[0-9]+/narthex\n");
            }
            servers = first.servers();

            assertThat(refusal(home, LauncherProcess.freePorts()))
                    .isEqualTo("narthex: another Narthex runs with NARTHEX_HOME=" + home
                            + ": stop it, or set another NARTHEX_HOME and other ports");
            assertThat(refusal(directory.resolve("other"), ports))
                    .isEqualTo("narthex: port " + ports.get("NARTHEX_PORT")
                            + " on 127.0.0.1 is in use: stop who uses it, or set NARTHEX_PORT");

            first.terminate();
            first.awaitEnd();
            assertThat(first.output()).doesNotContain("ended by itself");
        }
        assertThat(servers).noneMatch(ProcessHandle::isAlive);
        assertThat(home.resolve("wildfly.jsa")).as("classes for the next start").isNotEmptyFile();
    }

    @Test
    void goesOnAfterKillNine() throws Exception {
        Path home = directory.resolve("home");
        Map<String, String> ports = LauncherProcess.freePorts();
        List<ProcessHandle> left;
        try (LauncherProcess killed = LauncherProcess.start(home, ports)) {
            killed.awaitBanner();
            left = killed.servers();
            killed.kill();
            assertThat(left).allMatch(ProcessHandle::isAlive);
        }
        try (LauncherProcess second = LauncherProcess.start(home, ports)) {
            assertThat(second.awaitBanner())
                    .contains("WildFly: process " + left.get(0).pid() + " was left behind")
                    .contains("PostgreSQL: process " + left.get(1).pid() + " was left behind")
                    .contains("in nix.conf");
            assertThat(left).noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void refusesAnUnknownSetting() throws Exception {
        assertThat(refusal(directory, Map.of("NARTHEX_PROT", "1")))
                .isEqualTo("narthex: there is no setting NARTHEX_PROT; the nearest name is NARTHEX_PORT:"
                        + " correct or unset it");
    }

    @Test
    void refusesADatabaseThatIsNotThere() throws Exception {
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_DB_URL", "jdbc:postgresql://127.0.0.1:1/narthex");
        settings.put("NARTHEX_DB_PASSWORD", "hidden");

        assertThat(refusal(directory, settings))
                .startsWith("narthex: the database at 127.0.0.1:1/narthex cannot be used by user narthex (")
                .endsWith("): start it, or correct NARTHEX_DB_URL")
                .doesNotContain("hidden");
    }

    @Test
    void namesTheSettingOfThePortInUse() throws Exception {
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            settings.put("NARTHEX_MANAGEMENT_PORT", Integer.toString(taken.getLocalPort()));

            assertThat(refusal(directory, settings)).endsWith("set NARTHEX_MANAGEMENT_PORT");
        }
    }

    /** The one line of a launcher that does not start, without its end of line. */
    private static String refusal(Path home, Map<String, String> settings) throws IOException, InterruptedException {
        try (LauncherProcess launcher = LauncherProcess.start(home, settings)) {
            assertThat(launcher.awaitEnd()).isEqualTo(78);
            assertThat(launcher.output().lines()).hasSize(1);
            return launcher.output().strip();
        }
    }
}
