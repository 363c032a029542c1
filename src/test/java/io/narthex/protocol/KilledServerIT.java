package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.CuttingProxy;
import io.narthex.it.NixClient;
import io.narthex.it.NixFailedException;
import io.narthex.it.NixStore;
import io.narthex.it.WireClient;
import io.narthex.localstore.NixWriter;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePath;
import io.narthex.serve.LauncherProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of the server in the middle of a download and of a reindex run, and the start after it. */
class KilledServerIT {
    private static final int SIZE = 20_000_000;
    private static final int ROWS = 40_000;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void leavesNothingWrongBehindAndGoesOn() throws Exception {
        NixStore store = NixStore.in(directory);
        StorePath path = store.add("large", Recipes.bytes(SIZE));
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_NIX_STORE", store.root().toString());
        WireClient wire = new WireClient("http://127.0.0.1:" + settings.get("NARTHEX_PORT"));
        NixClient client;
        try (LauncherProcess launcher = LauncherProcess.start(directory.resolve("home"), settings)) {
            assertThat(launcher.awaitBanner()).contains("in nix.conf");
            String key = wire.get("/public-key").text().strip();
            register(store);
            try (CuttingProxy proxy =
                    new CuttingProxy(wire.url(), List.of(1_000_000L), () -> killInARun(launcher, wire))) {
                client = new NixClient(directory.resolve("client"), proxy.url(), key);
                assertThatThrownBy(() -> client.realise(path)).isInstanceOf(NixFailedException.class);
            }
            client.store().verifyContents();
            launcher.awaitEnd();
        }
        try (LauncherProcess again = LauncherProcess.start(directory.resolve("home"), settings)) {
            assertThat(again.awaitBanner()).contains("in nix.conf");
            NixClient second = new NixClient(
                    directory.resolve("client"),
                    wire.url(),
                    wire.get("/public-key").text().strip());
            second.realise(path);
            assertThat(Files.mismatch(second.store().locate(path), store.locate(path)))
                    .isEqualTo(-1);

            JsonNode runs = runs(wire);
            while (!runs.path(0).path("outcome").asText().equals("SUCCEEDED")) {
                start(wire);
                runs = runs(wire);
            }
            assertThat(runs.findValuesAsText("outcome")).contains("INTERRUPTED").doesNotContain("FAILED");
            long added = 0;
            for (JsonNode run : runs) {
                added += run.path("added").asLong();
            }
            assertThat(added).isBetween((long) ROWS, ROWS + 1L); // the path itself may have come by being asked for
        }
    }

    /** So many rows that a run takes a while. */
    private static void register(NixStore store) throws Exception {
        try (NixWriter writer = NixWriter.open(store)) {
            writer.begin();
            for (int i = 0; i < ROWS; i++) {
                byte[] hash = new byte[32];
                hash[0] = (byte) i;
                hash[1] = (byte) (i >> 8);
                writer.register(NixHash.ofSha256(hash).nix32().substring(20) + "-made-up");
            }
            writer.commit();
        }
    }

    /** Starts a run and kills the server when part of it is done. */
    private void killInARun(LauncherProcess launcher, WireClient wire) {
        try {
            start(wire);
            long seen = 0;
            while (seen == 0) {
                seen = runs(wire).path(0).path("seen").asLong();
            }
            assertThat(seen).isLessThan(ROWS);
            ProcessHandle server = launcher.servers().getFirst();
            server.destroyForcibly();
            server.onExit().join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start(WireClient wire) throws IOException {
        wire.send("POST", "/api/v1/jobs/reindex/runs", authorization(), "Content-Length: 0");
    }

    private JsonNode runs(WireClient wire) throws IOException {
        return new ObjectMapper()
                .readTree(wire.get("/api/v1/jobs/reindex/runs", authorization()).body())
                .path("items");
    }

    private String authorization() throws IOException {
        return "Authorization: Bearer "
                + Files.readString(directory.resolve("home/admin-token")).strip();
    }
}
