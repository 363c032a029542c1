package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePath;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code get-narinfos-v1}: many narinfos in one answer. */
@ExtendWith(SharedServer.class)
class NarInfosIT {
    /** Nix: store-object-info-v2.yaml, narInfo, whose fields are all required, and {@code path}. */
    private static final Set<String> FIELDS = new TreeSet<>(List.of(
            "version",
            "path",
            "storeDir",
            "narHash",
            "narSize",
            "references",
            "ca",
            "deriver",
            "registrationTime",
            "lastUsageTime",
            "ultimate",
            "signatures",
            "url",
            "compression",
            "downloadHash",
            "downloadSize"));

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ABSENT = "0".repeat(32);

    private final NixStore store = NixStore.served();

    @Test
    void saysOfEachPathWhatItsNarInfoSays() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath refers = store.evaluate(
                "let one = builtins.toFile \"one\" \"of a batch\"; in builtins.toFile \"refers\" \"to ${one}\"");
        StorePath added = store.add("added", "contents");
        cache.push(store, refers, "zstd");
        cache.push(store, added, "zstd");

        List<JsonNode> lines = ask(
                cache, "POST", List.of(refers.hash().toString(), added.hash().toString()));

        assertThat(lines).hasSize(2);
        for (JsonNode line : lines) {
            NarInfo info =
                    NarInfoReader.read(cache.get(line.path("path").asText().substring(0, 32) + ".narinfo")
                            .body());
            Set<String> names = new TreeSet<>();
            line.fieldNames().forEachRemaining(names::add);
            assertThat(names).isEqualTo(FIELDS);
            assertThat(line.path("version").asInt()).isEqualTo(2);
            assertThat(line.path("path").asText()).isEqualTo(info.storePath().baseName());
            assertThat(line.path("url").asText()).isEqualTo(info.url());
            assertThat(line.path("compression").asText()).isEqualTo("zstd");
            assertThat(line.path("downloadHash").asText())
                    .isEqualTo(info.fileHash().orElseThrow().toSri());
            assertThat(line.path("downloadSize").asLong())
                    .isEqualTo(info.fileSize().orElseThrow());
            assertThat(line.path("narHash").asText()).isEqualTo(info.narHash().toSri());
            assertThat(line.path("narSize").asLong()).isEqualTo(info.narSize());
            assertThat(texts(line.path("references")))
                    .isEqualTo(
                            info.references().stream().map(StorePath::baseName).toList());
            assertThat(texts(line.path("signatures")))
                    .isNotEmpty()
                    .isEqualTo(
                            info.signatures().stream().map(Signature::toString).toList());
            assertThat(line.path("ca").path("hash").asText()).startsWith("sha256-");
        }
        assertThat(texts(lines.getFirst().path("references")))
                .singleElement()
                .asString()
                .endsWith("-one");
        assertThat(lines.getFirst().path("ca").path("method").asText()).isEqualTo("text");
        assertThat(lines.getLast().path("ca").path("method").asText()).isIn("nar", "flat");
    }

    @Test
    void answersQueryAndPostAlike() throws Exception {
        StorePath path = store.add("queried", "by both methods");
        List<String> hashes = List.of(path.hash().toString());

        assertThat(ask("QUERY", hashes)).hasSize(1).isEqualTo(ask("POST", hashes));
    }

    @Test
    void leavesOutWhatIsAbsentAndSaysNothingTwice() throws Exception {
        String hash = store.add("once", "asked for twice").hash().toString();

        assertThat(ask("POST", List.of(ABSENT, hash, "", hash))).hasSize(1);
        assertThat(ask("POST", List.of(ABSENT))).isEmpty();
        assertThat(ask("POST", List.of())).isEmpty();
    }

    @Test
    void takesTenThousandHashesAndNoMore() throws Exception {
        List<String> hashes = IntStream.range(0, 10_000)
                .mapToObj(i -> "%032d".formatted(i))
                .collect(Collectors.toCollection(ArrayList::new));
        hashes.set(9_999, store.add("last", "of ten thousand").hash().toString());
        assertThat(ask("POST", hashes)).hasSize(1);

        hashes.add("1".repeat(32));
        assertThat(send("POST", hashes).statusCode()).isEqualTo(413);
        assertThat(send("POST", List.of("z".repeat(500_000))).statusCode()).isEqualTo(413);
    }

    @Test
    void refusesWhatIsNoHash() throws Exception {
        HttpResponse<byte[]> answer = send("POST", List.of(ABSENT, "etc/passwd"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("'etc/passwd'");
    }

    @Test
    void showsAPrivateCacheToItsReadersAlone() throws Exception {
        TenantCache cache = TenantCache.make("{}");
        StorePath path = store.add("private", "in a private cache");
        cache.push(store, path, "none");
        byte[] body = path.hash().toString().getBytes(StandardCharsets.US_ASCII);

        assertThat(ask(cache, "POST", List.of(path.hash().toString()))).hasSize(1);
        assertThat(cache.send("POST", "get-narinfos-v1", body, "").statusCode()).isEqualTo(401);
        String stranger = TenantCache.make("{}").token();
        assertThat(cache.send("POST", "get-narinfos-v1", body, stranger).statusCode())
                .isEqualTo(404);
    }

    private static List<String> texts(JsonNode array) {
        List<String> all = new ArrayList<>();
        array.forEach(text -> all.add(text.asText()));
        return all;
    }

    private static List<JsonNode> ask(TenantCache cache, String method, List<String> hashes) throws Exception {
        return lines(cache.send(method, "get-narinfos-v1", text(hashes), cache.token(), "Content-Type", "text/plain"));
    }

    /** Of the default cache. */
    private static List<JsonNode> ask(String method, List<String> hashes) throws Exception {
        return lines(send(method, hashes));
    }

    private static HttpResponse<byte[]> send(String method, List<String> hashes) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(System.getProperty("it.url") + "/get-narinfos-v1"))
                        .header("Content-Type", "text/plain")
                        .method(method, HttpRequest.BodyPublishers.ofByteArray(text(hashes)))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static List<JsonNode> lines(HttpResponse<byte[]> answer) throws Exception {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        List<JsonNode> lines = new ArrayList<>();
        for (String line :
                new String(answer.body(), StandardCharsets.UTF_8).lines().toList()) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private static byte[] text(List<String> hashes) {
        return String.join("\n", hashes).getBytes(StandardCharsets.US_ASCII);
    }
}
