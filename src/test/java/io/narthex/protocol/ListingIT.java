package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.store.StorePath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code {hash}.ls}, compared with the listing that the real Nix makes of the same NAR. */
@ExtendWith(SharedServer.class)
class ListingIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final WireClient wire = WireClient.toServer();
    private final NixStore served = NixStore.served();

    @Test
    void saysWhatNixSaysOfTheSameNar() throws Exception {
        StorePath path = served.add(Recipes.tree(served, "listed"));
        Path nar = Files.write(served.scratch().resolve("nar"), served.dump(path));

        JsonNode listing = JSON.readTree(wire.get("/" + path.hash() + ".ls").body());

        assertThat(listing.path("version").asInt()).isEqualTo(1);
        assertThat(listing.path("root"))
                .isEqualTo(JSON.readTree(served.run("nix", "nar", "ls", "--json", "--recursive", nar.toString(), "/")));
    }

    @Test
    void tellsWhereInTheNarAFileIs() throws Exception {
        StorePath path = served.add(Recipes.tree(served, "offset"));
        JsonNode entries = JSON.readTree(wire.get("/" + path.hash() + ".ls").body())
                .path("root")
                .path("entries");
        for (String name : List.of("binary", "script", "text")) {
            long from = entries.path(name).path("narOffset").asLong();
            long to = from + entries.path(name).path("size").asLong() - 1;

            Answer part = wire.get("/nar/" + path.hash() + ".nar", "Range: bytes=" + from + "-" + to);

            assertThat(part.body())
                    .as(name)
                    .isEqualTo(Files.readAllBytes(served.locate(path).resolve(name)));
        }
    }

    @Test
    void listsAPathThatIsOneFile() throws Exception {
        StorePath path = served.add("single", "one file");

        JsonNode root =
                JSON.readTree(wire.get("/" + path.hash() + ".ls").body()).path("root");

        assertThat(root.path("type").asText()).isEqualTo("regular");
        assertThat(root.path("size").asInt()).isEqualTo(8);
    }

    @Test
    void listsAVeryDeepTree() throws Exception {
        Path top = served.scratch().resolve("deep");
        Path deepest = Files.createDirectories(top.resolve("d/".repeat(1_500)));
        Files.writeString(deepest.resolve("bottom"), "");
        StorePath path = served.add(top);

        Answer answer = wire.get("/" + path.hash() + ".ls");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("\"bottom\"");
    }

    @Test
    void hasTheHeadersOfWhatChangesNoMore() throws Exception {
        StorePath path = served.add("listing-headers", "headers");
        Answer answer = wire.get("/" + path.hash() + ".ls");

        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=86400");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.has("Content-Encoding")).isFalse();
        assertThat(answer.isWhole()).isTrue();
    }

    @Test
    void answersHeadWithoutABody() throws Exception {
        StorePath path = served.add("listing-head", "head");
        Answer head = wire.head("/" + path.hash() + ".ls");

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void isAbsentForAnAbsentPath() throws Exception {
        Answer answer = wire.get("/" + "1".repeat(32) + ".ls");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).isEqualTo("404 There is nothing here: No such path\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "0000000000000000000000000000000e", "000000000000000000000000000000000"})
    void isMalformedUnderWhatIsNoHash(String hash) throws Exception {
        assertThat(wire.get("/" + hash + ".ls").status()).isEqualTo(400);
    }
}
