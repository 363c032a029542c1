package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.narthex.it.NixClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code realisations/…} and {@code build-trace-v2/…}, of a content-addressed derivation that the real Nix built. */
@ExtendWith(SharedServer.class)
class RealisationIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final WireClient wire = WireClient.toServer();
    private final NixStore served = NixStore.served();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @Test
    void saysWhichPathAnOutputCameToBe() throws Exception {
        StorePath path = served.build(Recipes.floatingEnvironment("realised"));
        String id = id(path);

        Answer answer = wire.get("/realisations/" + id + ".doi");

        JsonNode body = JSON.readTree(answer.body());
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(body.path("id").asText()).isEqualTo(id);
        assertThat(body.path("outPath").asText()).isEqualTo(path.baseName());
        assertThat(body.path("dependentRealisations").isObject()).isTrue();
    }

    @Test
    void isSignedOverItsTextWithoutSignatures() throws Exception {
        StorePath path = served.build(Recipes.floatingEnvironment("realised-signed"));
        ObjectNode body = (ObjectNode)
                JSON.readTree(wire.get("/realisations/" + id(path) + ".doi").body());
        Signature signature = Signature.parse(body.remove("signatures").path(0).asText());
        PublicKey key = PublicKey.parse(wire.get("/public-key").text().strip());

        assertThat(key.verify(body.toString().getBytes(StandardCharsets.UTF_8), signature))
                .isTrue();
    }

    @Test
    void letsNixFetchAnOutputThatItWouldHaveToBuild() throws Exception {
        String expression = Recipes.floatingEnvironment("realised-for-client");
        StorePath path = served.build(expression);
        NixClient client = new NixClient(
                directory,
                System.getProperty("it.url", ""),
                wire.get("/public-key").text().strip());
        Path file = Files.writeString(directory.resolve("default.nix"), expression);

        client.run("nix-build", "--store", client.store().uri(), "--no-out-link", "--max-jobs", "0", file.toString());

        assertThat(client.store().locate(path).resolve("manifest.nix")).isSymbolicLink();
    }

    @Test
    void isNotToBePushedAsAnotherAndGainsSignatures() throws Exception {
        StorePath path = served.build(Recipes.floatingEnvironment("realised-twice"));
        StorePath other = served.add("realised-other", "another");
        TenantCache cache = TenantCache.make("{\"sources\":[\"local-store\",\"uploads\"]}");
        String url = "realisations/" + id(path) + ".doi";
        byte[] lie = ("{\"outPath\":\"" + other.baseName() + "\",\"signatures\":[]}").getBytes(StandardCharsets.UTF_8);
        HttpResponse<byte[]> refused = cache.put(url, lie);
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(new String(refused.body(), StandardCharsets.UTF_8)).contains(path.baseName(), other.baseName());

        // nor where only what was uploaded is shown
        assertThat(cache.put("push/" + url, lie).statusCode()).isEqualTo(409);
        assertThat(cache.get("push/" + url).statusCode()).isEqualTo(404);

        byte[] more = ("{\"outPath\":\"" + path.baseName() + "\",\"signatures\":[\"more-1:" + "A".repeat(86) + "==\"]}")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(cache.put(url, more).statusCode()).isEqualTo(201);

        JsonNode body = JSON.readTree(cache.get(url).body());
        assertThat(body.path("outPath").asText()).isEqualTo(path.baseName());
        assertThat(body.path("signatures").toString()).contains("more-1:", "ci." + cache.tenant());
    }

    @Test
    void isAbsentWhereNixKnowsNone() throws Exception {
        assertThat(wire.get("/realisations/sha256:" + "0".repeat(64) + "!out.doi")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void isAbsentInTheNewerFormWhereTheStoreIsOlder() throws Exception {
        assertThat(wire.get("/build-trace-v2/" + "8".repeat(32) + "-x.drv/out.doi")
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/realisations/x.doi",
                "/realisations/sha256:00!out.doi",
                "/realisations/sha256:0000000000000000000000000000000000000000000000000000000000000000.doi",
                "/realisations/sha256:000000000000000000000000000000000000000000000000000000000000000g!out.doi",
                "/realisations/sha256:0000000000000000000000000000000000000000000000000000000000000000!a%20b.doi",
                "/build-trace-v2/x/out.doi",
                "/build-trace-v2/88888888888888888888888888888888-x.drv/a%20b.doi"
            })
    void isMalformedUnderWhatIsNoId(String url) throws Exception {
        assertThat(wire.get(url).status()).isEqualTo(400);
    }

    /** The id that Nix gave it, from its database. */
    private String id(StorePath path) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + served.database());
                PreparedStatement s = connection.prepareStatement("select r.drvPath || '!' || r.outputName"
                        + " from Realisations r join ValidPaths p on p.id = r.outputPath where p.path = ?")) {
            s.setString(1, NixStore.path(path));
            try (ResultSet r = s.executeQuery()) {
                assertThat(r.next()).isTrue();
                return r.getString(1);
            }
        }
    }
}
