package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.configuration.Database;
import io.narthex.it.NixStore;
import io.narthex.it.TestDatabase;
import io.narthex.it.WireClient;
import io.narthex.serve.EmbeddedDb;
import io.narthex.serve.LauncherProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The signing key from start to start, with servers of their own on one database. */
class KeyIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path shared;

    @SuppressWarnings("NullAway.Init") // set before the tests
    private static EmbeddedDb database;

    private static String imported = "";
    private static String published = "";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @BeforeAll
    static void startOnceWithAKeyOfTheOperators() throws Exception {
        database = TestDatabase.in(shared.resolve("postgresql"));
        Path secret = shared.resolve("secret");
        NixStore.in(shared.resolve("nix"))
                .run(
                        "nix-store",
                        "--generate-binary-cache-key",
                        "operators-1",
                        secret.toString(),
                        shared.resolve("public").toString());
        imported = Files.readString(shared.resolve("public"));
        Map<String, String> settings = settings();
        settings.put("NIX_SECRET_KEY_FILE", secret.toString());
        published = publicKey(shared.resolve("home"), settings);
    }

    @AfterAll
    static void stop() throws IOException {
        database.close();
    }

    @Test
    void isTheOperatorsWhereAFileNamesIt() {
        assertThat(published).isEqualTo(imported + "\n");
    }

    @Test
    void isTheSameAfterAnotherStartWithoutTheFile() throws Exception {
        assertThat(publicKey(shared.resolve("home"), settings())).isEqualTo(published);
    }

    @Test
    void isNotReplacedByANodeThatCannotOpenIt() throws Exception {
        assertThat(refusal(directory, settings()))
                .startsWith("narthex: the database holds the signing key operators-1, sealed under a master key that is"
                        + " not here")
                .contains(directory.resolve("master-key").toString());
    }

    @Test
    void isNotOpenedByAnotherMasterKey() throws Exception {
        Files.writeString(directory.resolve("master-key"), "A".repeat(43) + "=\n");

        assertThat(refusal(directory, settings()))
                .startsWith("narthex: the master key " + directory.resolve("master-key")
                        + " does not open the signing key operators-1")
                .contains("NARTHEX_MASTER_KEY_FILE");
    }

    private static Map<String, String> settings() throws IOException {
        Database access = database.access();
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_DB_URL", access.url().orElseThrow());
        settings.put("NARTHEX_DB_USER", access.user());
        settings.put("NARTHEX_DB_PASSWORD", access.password().reveal());
        settings.put("NARTHEX_DB_OWNER_USER", access.ownerUser().orElseThrow());
        settings.put("NARTHEX_DB_OWNER_PASSWORD", access.ownerPassword().reveal());
        settings.put("NARTHEX_NIX_STORE", shared.resolve("no-store").toString());
        return settings;
    }

    /** What a server says at {@code /public-key}, which is started and stopped for it. */
    private static String publicKey(Path home, Map<String, String> settings) throws IOException, InterruptedException {
        try (LauncherProcess launcher = LauncherProcess.start(home, settings)) {
            assertThat(launcher.awaitBanner()).contains("in nix.conf");
            return new WireClient("http://127.0.0.1:" + settings.get("NARTHEX_PORT"))
                    .get("/public-key")
                    .text();
        }
    }

    /** The last line of a launcher that does not start. */
    private static String refusal(Path home, Map<String, String> settings) throws IOException, InterruptedException {
        try (LauncherProcess launcher = LauncherProcess.start(home, settings)) {
            assertThat(launcher.awaitEnd()).isEqualTo(78);
            assertThat(launcher.output()).doesNotContain("Exception", "\tat ");
            return launcher.output().lines().toList().getLast();
        }
    }
}
