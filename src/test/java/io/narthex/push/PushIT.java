package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.NixClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.nar.FileNames;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real Nix pushes into a tenant's cache, and another one fetches from there with nothing but the cache's key. */
@ExtendWith(SharedServer.class)
class PushIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private NixStore builder;
    private TenantCache cache;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        builder = NixStore.in(directory.resolve("builder"));
        cache = TenantCache.make("{}");
    }

    /** Paths in a row, each of which refers to the one before. */
    private StorePath chain(String name, int length) throws IOException {
        String expression = "builtins.toFile \"" + name + "-1\" \"" + name + " 1\"";
        for (int i = 2; i <= length; i++) {
            expression = "builtins.toFile \"" + name + "-" + i + "\" \"" + name + " " + i + " ${" + expression + "}\"";
        }
        return builder.evaluate(expression);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "xz", "zstd", "bzip2", "gzip", "br"})
    void servesAClosureAsItWasPushed(String compression) throws Exception {
        StorePath top = chain("pushed-" + compression, 4);

        cache.push(builder, top, compression);

        NixClient client = new NixClient(directory.resolve("client"), cache.urlWithToken(), cache.keys());
        client.copy(top);
        assertThat(client.run("nix-store", "--store", client.store().uri(), "-qR", NixStore.path(top))
                        .lines())
                .hasSize(4);
        client.store().verifyContents();
        assertThat(narInfo(top).compression()).isEqualTo(compression);
    }

    @Test
    void letsNixVerifyIt() throws Exception {
        StorePath top = chain("verified", 2);
        cache.push(builder, top, "zstd");

        NixClient client = new NixClient(directory.resolve("client"), cache.urlWithToken(), cache.keys());

        // fails unless each path has a trusted signature and its bytes are right
        client.run("nix", "store", "verify", "--recursive", "--store", cache.urlWithToken(), NixStore.path(top));
    }

    @Test
    void takesTheSameFromTwoClientsAtOnceAndStoresItOnce() throws Exception {
        StorePath top = chain("twice", 12);
        NixStore other = NixStore.in(directory.resolve("other"));
        other.run("nix", "copy", "--no-check-sigs", "--from", builder.uri(), "--to", other.uri(), NixStore.path(top));

        CompletableFuture<Void> first = pushing(builder, top, "xz");
        CompletableFuture<Void> second = pushing(other, top, "zstd");
        CompletableFuture<Void> third = pushing(builder, top, "zstd");
        CompletableFuture.allOf(first, second, third).get();

        NixClient client = new NixClient(directory.resolve("client"), cache.urlWithToken(), cache.keys());
        client.copy(top);
        client.store().verifyContents();
        assertThat(items("?limit=100")).hasSize(12);
    }

    private CompletableFuture<Void> pushing(NixStore from, StorePath path, String compression) {
        return CompletableFuture.runAsync(() -> {
            try {
                cache.push(from, path, compression);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void mergesTheSignaturesThatNixAddsLater() throws Exception {
        StorePath top = chain("signed", 1);
        cache.push(builder, top, "none");
        builder.run("nix-store", "--generate-binary-cache-key", "later-1", key("secret"), key("public"));

        builder.run(
                "nix",
                "store",
                "sign",
                "--store",
                cache.urlWithToken(),
                "--key-file",
                key("secret"),
                NixStore.path(top));

        assertThat(narInfo(top).signatures())
                .extracting(s -> s.keyName().replaceFirst(".*\\.it-.*", "ours"))
                .containsExactlyInAnyOrder("later-1", "ours");
    }

    private String key(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    void givesALogBackThatWasPushed() throws Exception {
        StorePath built = builder.build("derivation { name = \"logged\"; system = \"builtin\";"
                + " builder = \"builtin:buildenv\"; derivations = \"\";"
                + " manifest = builtins.toFile \"manifest\" \"logged\"; }");
        cache.push(builder, built, "zstd");
        String name = narInfo(built).deriver().orElseThrow().baseName();
        byte[] text = "what it printed\n".getBytes(StandardCharsets.UTF_8);
        Path logs = Files.createDirectories(builder.root().resolve("nix/var/log/nix/drvs/" + name.substring(0, 2)));
        Files.deleteIfExists(logs.resolve(name.substring(2) + ".bz2"));
        Files.write(logs.resolve(name.substring(2)), text);

        builder.run(
                "nix",
                "store",
                "copy-log",
                "--from",
                builder.uri(),
                "--to",
                cache.urlWithToken(),
                "/nix/store/" + name);

        assertThat(cache.get("log/" + name).body()).isEqualTo(text);
        assertThat(builder.run("nix", "log", "--store", cache.urlWithToken(), NixStore.path(built)))
                .contains("what it printed");
        assertThat(TenantCache.make("{}").get("log/" + name).statusCode()).isEqualTo(404);
    }

    @Test
    void letsALogBeReplacedAndNobodyRememberTheOldOneForLong() throws Exception {
        String url = "log/" + "1".repeat(32) + "-replaced.drv";
        assertThat(put(url, "first")).isEqualTo(201);
        HttpResponse<byte[]> first = cache.get(url);
        assertThat(first.headers().firstValue("Cache-Control")).hasValue("private, max-age=300");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(cache.send("GET", url, new byte[0], cache.token(), "If-None-Match", tag)
                        .statusCode())
                .isEqualTo(304);
        assertThat(put(url, "second")).isEqualTo(200);

        HttpResponse<byte[]> second = cache.send("GET", url, new byte[0], cache.token(), "If-None-Match", tag);

        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body()).asString(StandardCharsets.UTF_8).isEqualTo("second");
        assertThat(cache.send("HEAD", url, new byte[0], cache.token()).headers().firstValueAsLong("Content-Length"))
                .hasValue(6);
    }

    /** What memory held would go out whole: a log is fetched as its reader takes it. */
    @Test
    void breaksALogOffThatIsReplacedWhileItIsRead() throws Exception {
        String url = "log/" + "3".repeat(32) + "-long.drv";
        byte[] random = new byte[6 << 20];
        new Random(1).nextBytes(random);
        byte[] text = Base64.getEncoder().encode(random);
        assertThat(cache.put(url, text).statusCode()).isEqualTo(201);
        assertThat(cache.get(url).body()).isEqualTo(text);
        try (Socket reader = new Socket()) {
            URI uri = URI.create(cache.url());
            reader.setReceiveBufferSize(2_048);
            reader.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
            reader.getOutputStream()
                    .write(("GET " + uri.getPath() + "/" + url + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                    + "Authorization: Bearer " + cache.token() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(reader.getInputStream().read()).isEqualTo('H');

            assertThat(put(url, "another")).isEqualTo(200);

            assertThat(readToEnd(reader)).isLessThan(text.length);
        }
    }

    private static long readToEnd(Socket socket) {
        long read = 0;
        try {
            InputStream in = socket.getInputStream();
            byte[] piece = new byte[1 << 16];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                read += n;
            }
        } catch (IOException e) {
            return read; // a reset, and what came before it
        }
        return read;
    }

    @Test
    void showsNothingThatWasPushedOnceACacheDropsUploads() throws Exception {
        StorePath top = chain("dropped", 1);
        cache.push(builder, top, "none");
        String log = "log/" + "2".repeat(32) + "-dropped.drv";
        String debuginfo = "debuginfo/" + "b".repeat(40) + ".debug";
        String realisation = "realisations/sha256:" + "1".repeat(64) + "!out.doi";
        assertThat(put(log, "a log")).isEqualTo(201);
        assertThat(put(debuginfo, "{\"archive\":\"../nar/x\",\"member\":\"lib/debug/1\"}"))
                .isEqualTo(201);
        assertThat(put(realisation, "{\"outPath\":\"" + top.baseName() + "\",\"signatures\":[]}"))
                .isEqualTo(201);
        List<String> urls = List.of(
                log, debuginfo, realisation, top.hash() + ".narinfo", top.hash() + ".ls", "serve/" + top.hash());
        for (String url : urls) {
            assertThat(cache.get(url).statusCode()).as(url).isEqualTo(200);
        }

        String settings = "/api/v1/tenants/" + cache.tenant() + "/caches/ci";
        cache.administer("PUT", settings, "{\"sources\":[\"local-store\"]}");

        for (String url : urls) {
            assertThat(cache.get(url).statusCode()).as(url).isEqualTo(404);
        }
        cache.administer("PUT", settings, "{\"sources\":[\"uploads\"]}");
        for (String url : urls) {
            assertThat(cache.get(url).statusCode()).as(url).isEqualTo(200);
        }
    }

    @Test
    void listsWhatIsInAPathFromTheNarThatItVerified() throws Exception {
        StorePath top = chain("listed", 1);
        cache.push(builder, top, "zstd");

        JsonNode listing = JSON.readTree(cache.get(top.hash() + ".ls").body());

        assertThat(listing.path("version").asInt()).isEqualTo(1);
        assertThat(listing.path("root").path("type").asText()).isEqualTo("regular");
        assertThat(listing.path("root").path("narOffset").asLong()).isEqualTo(96);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "zstd"})
    void letsPeopleLookIntoAPath(String compression) throws Exception {
        Path tree = Files.createDirectories(builder.scratch().resolve("looked-into"));
        Files.writeString(tree.resolve("first"), "the first file\n");
        Files.writeString(Files.createDirectories(tree.resolve("sub")).resolve("second"), "the second file\n");
        Files.createSymbolicLink(tree.resolve("link"), Path.of("sub/second"));
        Files.createSymbolicLink(tree.resolve("out"), Path.of("../../etc/passwd"));
        StorePath path = builder.add(tree);
        cache.push(builder, path, compression);

        assertThat(text("serve/" + path.hash() + "/sub/second")).isEqualTo("the second file\n");
        assertThat(text("serve/" + path.hash() + "/link")).isEqualTo("the second file\n");
        assertThat(text("serve/" + path.hash() + "/"))
                .contains("/" + cache.tenant() + "/ci/serve/" + path.hash() + "/sub/\"");
        for (String absent : List.of("/out", "/none", "/first/none", "/..")) {
            assertThat(cache.get("serve/" + path.hash() + absent).statusCode())
                    .as(absent)
                    .isIn(400, 404);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "zstd"})
    void givesEachFileItsNameWhereNamesAreNotUtf8(String compression) throws Exception {
        Path tree = Files.createDirectories(builder.scratch().resolve("latin-" + compression));
        Path directory = Files.createDirectories(FileNames.resolve(tree, new byte[] {'d', (byte) 0xff}));
        Files.writeString(FileNames.resolve(tree, new byte[] {'r', (byte) 0xe9}), "one");
        Files.writeString(FileNames.resolve(tree, new byte[] {'r', (byte) 0xe8}), "other");
        Files.writeString(FileNames.resolve(directory, new byte[] {(byte) 0xc0}), "deep");
        StorePath path = builder.add(tree);
        cache.push(builder, path, compression);
        String url = "serve/" + path.hash();

        JsonNode entries = JSON.readTree(cache.get(path.hash() + ".ls").body())
                .path("root")
                .path("entries");
        assertThat(entries.fieldNames()).toIterable().containsExactly("d\uFFFDFF", "r\uFFFDE8", "r\uFFFDE9");
        assertThat(text(url + "/r%E9")).isEqualTo("one");
        assertThat(text(url + "/r%E8")).isEqualTo("other");
        assertThat(text(url + "/d%FF/%C0")).isEqualTo("deep");
        assertThat(cache.get(url + "/r%EA").statusCode()).isEqualTo(404);
        assertThat(text(url + "/")).contains("/r%E9\"", "/r%E8\"", "/d%FF/\"");
        JsonNode listed =
                JSON.readTree(cache.send("GET", url + "/", new byte[0], cache.token(), "Accept", "application/json")
                        .body());
        assertThat(listed.path("entries")).hasSize(3);
    }

    @Test
    void isNotSentAgainToWhoHasItFromItsDate() throws Exception {
        StorePath path = chain("dated", 1);
        cache.push(builder, path, "zstd");
        String url = path.hash() + ".narinfo";
        String modified = cache.get(url).headers().firstValue("Last-Modified").orElseThrow();
        for (String coding : List.of("identity", "zstd", "identity")) {
            HttpResponse<byte[]> again = cache.send(
                    "GET", url, new byte[0], cache.token(), "If-Modified-Since", modified, "Accept-Encoding", coding);
            assertThat(again.statusCode()).isEqualTo(304);
        }
    }

    /** Nix does not escape the question mark of such a name, and takes 400 for the end of its search. */
    @Test
    void keepsTheLogOfADerivationWithAQuestionMark() throws Exception {
        String name = "0".repeat(32) + "-patch?id=1?+2.drv";
        byte[] text = "what it printed\n".getBytes(StandardCharsets.UTF_8);

        assertThat(cache.put("log/" + name, text).statusCode()).isEqualTo(201);
        assertThat(cache.get("log/" + name).body()).isEqualTo(text);
        assertThat(cache.get("log/" + name.replace("?", "%3F")).body()).isEqualTo(text);
        assertThat(cache.get("log/" + name.replace("?", "%3F") + "?x=1").body()).isEqualTo(text);
        assertThat(cache.get("build-trace-v2/" + name + "/out.doi").statusCode())
                .isEqualTo(404);
        assertThat(cache.get("log/" + "1".repeat(32) + "-patch?id=1.drv").statusCode())
                .isEqualTo(404);
    }

    private String text(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = cache.get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void keepsARealisationAndMergesItsSignatures() throws Exception {
        StorePath top = chain("realised", 1);
        cache.push(builder, top, "none");
        String url = "realisations/sha256:" + "0".repeat(64) + "!out.doi";
        String sig = ":" + "A".repeat(86) + "==";
        String first = "{\"outPath\":\"" + top.baseName() + "\",\"signatures\":[\"one-1" + sig + "\"]}";
        String second = "{\"outPath\":\"" + top.baseName() + "\",\"signatures\":[{\"keyName\":\"two-1\",\"sig\":\""
                + sig.substring(1) + "\"}]}";
        String other = first.replace(top.baseName(), "0".repeat(32) + "-other");

        assertThat(put(url, other)).isEqualTo(400);
        assertThat(put(url, first)).isEqualTo(201);
        assertThat(put(url, second)).isEqualTo(200);
        assertThat(put(url, "{\"id\":\"sha256:1!out\"," + first.substring(1))).isEqualTo(400);
        assertThat(put(url, "[]")).isEqualTo(400);

        assertThat(text(url)).contains(top.baseName(), "one-1:", "two-1:", "ci." + cache.tenant());
        assertThat(put(
                        url.replace(
                                "realisations/sha256:" + "0".repeat(64) + "!out",
                                "build-trace-v2/" + "0".repeat(32) + "-x.drv/out"),
                        first))
                .isEqualTo(201);
        assertThat(TenantCache.make("{}").get(url).statusCode()).isEqualTo(404);
    }

    @Test
    void refusesARealisationWithAFalseSignatureInTheNameOfItsOwnKey() throws Exception {
        StorePath top = chain("realised-falsely", 1);
        cache.push(builder, top, "none");
        String json = "{\"outPath\":\"" + top.baseName() + "\",\"signatures\":[\""
                + cache.keys().split(":", 2)[0] + ":" + "A".repeat(86) + "==\"]}";

        assertThat(put("realisations/sha256:" + "1".repeat(64) + "!out.doi", json))
                .isEqualTo(400);
        assertThat(put("build-trace-v2/" + "1".repeat(32) + "-x.drv/out.doi", json))
                .isEqualTo(400);
    }

    @Test
    void keepsTheFirstDebuginfo() throws Exception {
        String url = "debuginfo/" + "a".repeat(40) + ".debug";
        assertThat(put(url, "{\"archive\":\"../nar/x\",\"member\":\"lib/debug/1\"}"))
                .isEqualTo(201);
        assertThat(put(url, "{\"archive\":\"../nar/y\",\"member\":\"lib/debug/2\"}"))
                .isEqualTo(200);
        assertThat(put(url, "{}")).isEqualTo(400);
        assertThat(text(url)).contains("lib/debug/1");
    }

    /** It is thrown away: a name that is not UTF-8, a deep tree and a coding that nobody knows are no reasons to refuse. */
    @Test
    void takesWhateverListingAsRead() throws Exception {
        String url = "0".repeat(32) + ".ls";
        String deep = "{\"type\":\"directory\",\"entries\":{\"a\":".repeat(1_500) + "{}" + "}}".repeat(1_500);
        assertThat(put(url, "{\"version\":1,\"root\":{\"type\":\"regular\",\"size\":1}}"))
                .isEqualTo(200);
        assertThat(put(url, "{\"version\":1,\"root\":" + deep + "}")).isEqualTo(200);
        assertThat(put(url, "no JSON")).isEqualTo(200);
        byte[] named = "{\"version\":1,\"root\":{\"entries\":{\"\u00e9\":{}}}}".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(cache.put(url, named).statusCode()).isEqualTo(200);
        assertThat(cache.put(url, named, "Content-Encoding", "dcz").statusCode())
                .isEqualTo(200);
        assertThat(cache.get(url).statusCode()).isEqualTo(404);
    }

    private int put(String path, String body) throws IOException, InterruptedException {
        return cache.put(path, body.getBytes(StandardCharsets.UTF_8)).statusCode();
    }

    @Test
    void answersForAFileOnlyWhatItsCacheHas() throws Exception {
        StorePath top = chain("alone", 1);
        TenantCache other = TenantCache.make("{}");
        cache.push(builder, top, "zstd");
        String file = narInfo(top).url();

        assertThat(cache.send("HEAD", file, new byte[0], cache.token()).statusCode())
                .isEqualTo(200);
        assertThat(cache.get(file).statusCode()).isEqualTo(200);
        assertThat(other.send("HEAD", file, new byte[0], other.token()).statusCode())
                .isEqualTo(404);
        assertThat(other.get(top.hash() + ".narinfo").statusCode()).isEqualTo(404);
        // who is of the other tenant does not learn that there is such a cache
        assertThat(cache.send("GET", file, new byte[0], other.token()).statusCode())
                .isEqualTo(404);
        // nor whether the bytes are known: they are taken in full
        assertThat(other.put(file, cache.get(file).body()).statusCode()).isEqualTo(201);
    }

    @Test
    void showsAStagedFileToWhoMayPushAlone() throws Exception {
        StorePath top = chain("staged", 1);
        cache.push(builder, top, "zstd");
        String file = narInfo(top).url();
        byte[] bytes = cache.get(file).body();
        TenantCache other = TenantCache.make("{}");

        assertThat(other.put(file, bytes).statusCode()).isEqualTo(201);

        assertThat(other.put(file, bytes).statusCode()).isEqualTo(200);
        HttpResponse<byte[]> head = other.send("HEAD", file, new byte[0], other.token());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(bytes.length);
        assertThat(other.send("HEAD", file, new byte[0], other.newToken("\"pull\""))
                        .statusCode())
                .isEqualTo(404);
        assertThat(other.get(file).statusCode()).isEqualTo(404);
    }

    @Test
    void resumesAStoredFile() throws Exception {
        StorePath top = chain("ranged", 1);
        cache.push(builder, top, "none");
        String file = narInfo(top).url();
        byte[] all = cache.get(file).body();

        HttpResponse<byte[]> part = cache.send("GET", file, new byte[0], cache.token(), "Range", "bytes=10-19");

        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(all, 10, 20));
        assertThat(part.headers().firstValue("Accept-Ranges")).contains("bytes");
        assertThat(part.headers().firstValue("Cache-Control"))
                .hasValueSatisfying(c -> assertThat(c).startsWith("private"));
    }

    @Test
    void deletesAPathOnlyWhenNothingRefersToItOrByForce() throws Exception {
        StorePath top = chain("deleted", 2);
        cache.push(builder, top, "none");
        StorePath below = narInfo(top).references().first();
        String paths = "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/";
        ApiClient api = new ApiClient("");

        HttpResponse<String> refused = api.asAdministrator("DELETE", paths + below.hash());

        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(JSON.readTree(refused.body()).path("referrers").path(0).asText())
                .isEqualTo(top.baseName());
        assertThat(api.asAdministrator("DELETE", paths + below.hash() + "?force=true")
                        .statusCode())
                .isEqualTo(204);
        assertThat(cache.get(below.hash() + ".narinfo").statusCode()).isEqualTo(404);
        assertThat(api.asAdministrator("DELETE", paths + below.hash()).statusCode())
                .isEqualTo(404);
        assertThat(items("?name=DELETED-2")).hasSize(1);
    }

    private JsonNode items(String query) throws IOException, InterruptedException {
        return JSON.readTree(
                        cache.administer("GET", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths" + query, ""))
                .path("items");
    }

    private NarInfo narInfo(StorePath path) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = cache.get(path.hash() + ".narinfo");
        assertThat(answer.statusCode()).isEqualTo(200);
        return NarInfoReader.read(answer.body());
    }

    @Test
    void goesOnForWhoWaits() throws ExecutionException, InterruptedException, IOException {
        // many at once, so that some narinfos wait for the sync of their files
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(pushing(builder, chain("crowd-" + i, 5), "zstd"));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
        assertThat(items("?limit=100&name=crowd")).hasSize(30);
    }
}
