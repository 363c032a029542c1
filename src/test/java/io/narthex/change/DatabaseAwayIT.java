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
import java.util.List;
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
        Instant settled = Instant.now().plus(FeedTimes.PERIOD.multipliedBy(4));
        // what the start itself changed, as its first key, is told to memory once more by a poll of the feed
        do {
            assertThat(wire.get(url(hot)).status()).isEqualTo(200);
        } while (Instant.now().isBefore(settled));
        assertThat(wire.get(ABSENT).status()).isEqualTo(404);
        assertThat(management.get("/health/ready").status()).isEqualTo(200);
        killWithItsBackends(launcher.servers().get(1));
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        while (wire.get(ABSENT).status() == 404 && Instant.now().isBefore(end)) {
            Thread.onSpinWait();
        }
    }

    /** All at once: a backend that outlives the others would be taken for a database that is back. */
    private static void killWithItsBackends(ProcessHandle postgres) {
        List<ProcessHandle> backends = postgres.descendants().toList();
        postgres.destroyForcibly();
        backends.forEach(ProcessHandle::destroyForcibly);
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
    void isNoReasonToLeaveAPathOutOfABatch() throws Exception {
        assertThat(batch(hot, hot).status()).isEqualTo(200);
        assertThat(batch(hot, cold).status()).isEqualTo(503);
    }

    private static Answer batch(StorePath one, StorePath other) throws IOException {
        String body = one.hash() + "\n" + other.hash();
        return wire.send("POST", "/get-narinfos-v1", "Content-Length: " + body.length() + "\r\n\r\n" + body);
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
