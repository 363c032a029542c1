package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.NixClient;
import io.narthex.it.NixFailedException;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.WireClient;
import io.narthex.nix.store.StorePath;
import io.narthex.serve.LauncherProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A year in the life of a cache's key, on a server whose keys live by the test's clock. */
class RotationIT {
    private static final Instant BEGIN = Instant.parse("2030-01-01T00:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private String url = "";
    private int clients;

    @Test
    void letsAClientThatTrustsEitherKeySubstituteFromBeginToEndOfTheOverlap() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        StorePath path = builder.build("derivation { name = \"rotated\"; system = \"builtin\"; builder ="
                + " \"builtin:buildenv\"; derivations = \"\"; manifest = builtins.toFile \"manifest\" \"rotated\"; }");
        Map<String, String> settings = new HashMap<>(LauncherProcess.freePorts());
        settings.put("NARTHEX_NIX_STORE", builder.root().toString());
        settings.put("NARTHEX_NAME", "rotated.example");
        settings.put("NARTHEX_TEST_KEY_CLOCK_FILE", directory.resolve("clock").toString());
        url = "http://127.0.0.1:" + settings.get("NARTHEX_PORT");
        itIs(Duration.ZERO);
        try (LauncherProcess launcher = LauncherProcess.start(directory.resolve("home"), settings)) {
            assertThat(launcher.awaitBanner()).contains("in nix.conf");
            String older = awaitStates("ACTIVE").getFirst();
            substitutes(path, older);

            assertThat(text("/setup")).doesNotContain("rotated.example-1 is replaced");
            itIs(Duration.ofDays(365 - 60));
            assertThat(text("/setup"))
                    .contains("# rotated.example-1 is replaced at " + BEGIN.plus(Duration.ofDays(365)) + ":");
            assertThat(new WireClient("http://127.0.0.1:" + settings.get("NARTHEX_MANAGEMENT_PORT"))
                            .get("/metrics")
                            .text())
                    .contains("narthex_key_days_left ");
            awaitLine("event=key-replaced-soon cache=default/default key=rotated.example-1 at=2");

            itIs(Duration.ofDays(365 - 7).minusSeconds(1));
            Thread.sleep(1_500); // the job looks every second
            assertThat(states()).containsExactly("ACTIVE");

            itIs(Duration.ofDays(365 - 7));
            String newer = awaitStates("ACTIVE", "PENDING").get(1);
            assertThat(newer).startsWith("rotated.example-2:");
            assertThat(text("/public-key").lines()).containsExactly(older, newer);
            assertThat(text("/setup")).contains("rotated.example-2 is PENDING: add it now");
            assertThat(signers(path)).containsExactly("rotated.example-1");
            substitutes(path, older);
            doesNotSubstitute(path, newer);

            itIs(Duration.ofDays(365));
            awaitStates("RETIRING", "ACTIVE");
            assertThat(signers(path)).containsExactly("rotated.example-1", "rotated.example-2");
            substitutes(path, older);
            substitutes(path, newer);

            itIs(Duration.ofDays(365 + 40).minusSeconds(1));
            substitutes(path, older);
            substitutes(path, newer);

            itIs(Duration.ofDays(365 + 40));
            awaitStates("RETIRED", "ACTIVE");
            assertThat(text("/public-key").lines()).containsExactly(newer);
            assertThat(signers(path)).containsExactly("rotated.example-2");
            doesNotSubstitute(path, older);
            substitutes(path, newer);

            Rows rows = Rows.by(URI.create(
                    Files.readString(directory.resolve("home/superuser.uri")).strip()));
            String kept =
                    "select count(*) from path_signature s join signing_key k on k.id = s.key_id where k.name = ?";
            assertThat(rows.texts(kept, "rotated.example-1")).doesNotContain("0");
            itIs(Duration.ofDays(365 + 40).plusSeconds(59));
            Thread.sleep(1_500); // the job looks every second
            assertThat(rows.texts(kept, "rotated.example-1")).doesNotContain("0");
            itIs(Duration.ofDays(365 + 40).plusSeconds(60));
            Instant end = Instant.now().plusSeconds(60);
            while (!rows.texts(kept, "rotated.example-1").equals(List.of("0"))
                    && Instant.now().isBefore(end)) {
                Thread.sleep(50);
            }
            assertThat(rows.texts(kept, "rotated.example-1")).containsExactly("0");
            assertThat(rows.texts(kept, "rotated.example-2")).doesNotContain("0");
            assertThat(signers(path)).containsExactly("rotated.example-2");
            substitutes(path, newer);

            JsonNode first = keys().path(0);
            assertThat(Instant.parse(first.path("activeAt").asText())).isEqualTo(BEGIN);
            assertThat(Instant.parse(first.path("retiringAt").asText())).isEqualTo(BEGIN.plus(Duration.ofDays(365)));
            assertThat(Instant.parse(first.path("retiredAt").asText())).isEqualTo(BEGIN.plus(Duration.ofDays(405)));
        }
    }

    /** Until the log has a line, which comes within half a minute. */
    private void awaitLine(String line) throws Exception {
        Path log = directory.resolve("home/log/server.log");
        Instant end = Instant.now().plusSeconds(90);
        while (!Files.readString(log).contains(line) && Instant.now().isBefore(end)) {
            Thread.sleep(200);
        }
        assertThat(Files.readString(log)).contains(line);
    }

    /** Sets the clock, which the server may be reading. */
    private void itIs(Duration later) throws IOException {
        Path next =
                Files.writeString(directory.resolve("next"), BEGIN.plus(later).toString());
        Files.move(next, directory.resolve("clock"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** A client with an empty store, which remembers nothing. */
    private NixClient client(String trusted) throws IOException {
        clients++;
        return new NixClient(directory.resolve("client-" + clients), url, trusted);
    }

    private void substitutes(StorePath path, String trusted) throws IOException {
        NixClient client = client(trusted);
        client.realise(path);
        assertThat(client.store().locate(path)).exists();
    }

    private void doesNotSubstitute(StorePath path, String trusted) throws IOException {
        NixClient client = client(trusted);
        assertThatThrownBy(() -> client.realise(path)).isInstanceOf(NixFailedException.class);
        assertThat(client.store().locate(path)).doesNotExist();
    }

    /** The public keys, once they are in these states. */
    private List<String> awaitStates(String... wanted) throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        while (!states().equals(List.of(wanted)) && Instant.now().isBefore(end)) {
            Thread.sleep(50);
        }
        assertThat(states()).containsExactly(wanted);
        List<String> all = new ArrayList<>();
        keys().forEach(key -> all.add(key.path("publicKey").asText()));
        return all;
    }

    private List<String> states() throws IOException {
        List<String> states = new ArrayList<>();
        keys().forEach(key -> states.add(key.path("state").asText()));
        return states;
    }

    private JsonNode keys() throws IOException {
        return JSON.readTree(text("/public-keys.json"));
    }

    private List<String> signers(StorePath path) throws IOException {
        return text("/" + path.hash() + ".narinfo")
                .lines()
                .filter(line -> line.startsWith("Sig: "))
                .map(line -> line.substring("Sig: ".length(), line.indexOf(':', "Sig: ".length())))
                .toList();
    }

    private String text(String path) throws IOException {
        return new WireClient(url).get(path).text();
    }
}
