package io.narthex.change;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.NixStore;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.store.StorePath;
import io.narthex.serve.LauncherProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose PostgreSQL was killed: what it knows it says, what it does not know is no 404. */
class DatabaseAwayIT {
    private static final String ABSENT = "/" + "0".repeat(32) + ".narinfo";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before the tests
    private static LauncherProcess launcher;

    @SuppressWarnings("NullAway.Init") // set before the tests
    private static WireClient wire;

    @SuppressWarnings("NullAway.Init") // set before the tests
    private static WireClient management;

    @SuppressWarnings("NullAway.Init") // set before the tests
    private static StorePath hot;

    @SuppressWarnings("NullAway.Init") // set before the tests
    private static StorePath cold;

    @BeforeAll
    static void killTheDatabase() throws Exception {
        NixStore store = NixStore.in(directory);
        hot = store.add("hot", "asked for before");
        cold = store.add("cold", "never asked for before");
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_NIX_STORE", store.root().toString());
        settings.put("NARTHEX_STALE_SECONDS", "600");
        launcher = LauncherProcess.start(directory.resolve("home"), settings);
        assertThat(launcher.awaitBanner()).contains("in nix.conf");
        wire = new WireClient("http://127.0.0.1:" + settings.get("NARTHEX_PORT"));
        management = new WireClient("http://127.0.0.1:" + settings.get("NARTHEX_MANAGEMENT_PORT"));
        assertThat(wire.get(url(hot)).status()).isEqualTo(200);
        assertThat(wire.get(ABSENT).status()).isEqualTo(404);
        assertThat(management.get("/health/ready").status()).isEqualTo(200);
        launcher.servers().get(1).destroyForcibly();
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        while (wire.get(ABSENT).status() == 404 && Instant.now().isBefore(end)) {
            Thread.onSpinWait();
        }
    }

    @AfterAll
    static void stop() throws IOException {
        launcher.close();
    }

    @Test
    void isNoReasonToSayThatAPathIsAbsent() throws Exception {
        for (String url : new String[] {
            ABSENT, url(cold), "/nar/" + cold.hash() + ".nar", "/" + cold.hash() + ".ls", "/serve/" + cold.hash()
        }) {
            Answer answer = wire.get(url);
            assertThat(answer.status()).as(url).isEqualTo(503);
            assertThat(answer.header("Content-Type")).as(url).startsWith("text/plain");
            assertThat(answer.header("Cache-Control")).as(url).isEqualTo("no-store");
            assertThat(answer.text()).as(url).startsWith("503 ").hasLineCount(1);
        }
    }

    @Test
    void isNoReasonNotToSayWhatIsKnown() throws Exception {
        assertThat(wire.get(url(hot)).status()).isEqualTo(200);
        assertThat(wire.get("/nix-cache-info").status()).isEqualTo(200);
        assertThat(wire.get("/public-key").status()).isEqualTo(200);
    }

    @Test
    void isNoReasonNotToSendTheNarOfWhatIsKnown() throws Exception {
        Answer answer = wire.get("/nar/" + hot.hash() + ".nar");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.isWhole()).isTrue();
    }

    @Test
    void showsInTheHealth() throws Exception {
        assertThat(management.get("/health/ready").status()).isEqualTo(503);
        assertThat(management.get("/health/live").status()).isEqualTo(200);
    }

    private static String url(StorePath path) {
        return "/" + path.hash() + ".narinfo";
    }
}
