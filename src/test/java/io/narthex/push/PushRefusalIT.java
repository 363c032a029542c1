package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.it.WireClient;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePath;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong is refused with a sentence that names it, and leaves nothing behind. */
@ExtendWith(SharedServer.class)
class PushRefusalIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private NixStore builder;
    private TenantCache cache;
    private StorePath path;
    private byte[] nar;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        builder = NixStore.in(directory.resolve("builder"));
        cache = TenantCache.make("{}");
        path = builder.evaluate("builtins.toFile \"refused\" \"of " + cache.tenant() + "\"");
        nar = builder.dump(path);
    }

    private static String name(byte[] file) {
        return NixHash.ofSha256(HashAlgorithm.SHA256.newDigest().digest(file)).nix32();
    }

    /** How many files lie in the blob store. */
    private static long files() throws IOException {
        Path blobs = Path.of(System.getProperty("it.home"), "blobs");
        try (Stream<Path> all = Files.walk(blobs)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    private void refused(int status, String words, String target, byte[] body) throws Exception {
        long before = files();
        HttpResponse<byte[]> answer = cache.put(target, body);
        String sentence = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).as(sentence).isEqualTo(status);
        assertThat(sentence)
                .startsWith(status + " ")
                .containsIgnoringCase(words)
                .hasLineCount(1);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(t -> assertThat(t).startsWith("text/plain"));
        assertThat(files()).isEqualTo(before);
        if (target.startsWith("nar/")) {
            assertThat(cache.send("HEAD", target, new byte[0], cache.token()).statusCode())
                    .isIn(400, 404);
        }
    }

    @Test
    void aFileUnderAnotherName() throws Exception {
        refused(400, "its SHA-256 is", "nar/" + name(new byte[] {1}) + ".nar", nar);
    }

    @Test
    void aNarThatIsDamaged() throws Exception {
        byte[] damaged = nar.clone();
        damaged[9] ^= 1;
        refused(400, "does not begin with nix-archive-1", "nar/" + name(damaged) + ".nar", damaged);
    }

    @Test
    void aNarWithDotDotInIt() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String word : new String[] {
            "nix-archive-1",
            "(",
            "type",
            "directory",
            "entry",
            "(",
            "name",
            "..",
            "node",
            "(",
            "type",
            "symlink",
            "target",
            "x",
            ")",
            ")",
            ")"
        }) {
            byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
            out.write(bytes.length);
            out.write(new byte[7]);
            out.write(bytes);
            out.write(new byte[-bytes.length & 7]);
        }
        refused(400, "dot-dot", "nar/" + name(out.toByteArray()) + ".nar", out.toByteArray());
    }

    @Test
    void somethingBehindTheNar() throws Exception {
        byte[] longer = Arrays.copyOf(nar, nar.length + 8);
        refused(400, "", "nar/" + name(longer) + ".nar", longer);
    }

    @Test
    void aBomb() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(out, 3)) {
            zstd.write(Arrays.copyOf(nar, 96));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 4_000; i++) {
                zstd.write(zeros);
            }
        }
        HttpResponse<byte[]> answer = cache.put("nar/" + name(out.toByteArray()) + ".nar.zst", out.toByteArray());
        assertThat(answer.statusCode()).isIn(400, 413);
    }

    @ParameterizedTest
    @CsvSource({
        "lzip, 415, lzip",
        "rar,  415, rar",
    })
    void aCompressionThatIsNotTaken(String extension, int status, String words) throws Exception {
        refused(status, words, "nar/" + name(nar) + ".nar." + extension, nar);
    }

    @Test
    void aNarThatIsNotCompressedAsItsNameSays() throws Exception {
        refused(400, "zstd", "nar/" + name(nar) + ".nar.zst", nar);
    }

    /** Nix asks before each body whether to send it. */
    @Test
    void aBodyIsAskedForOnceAndOnlyOfWhoMayPush() throws Exception {
        assertThat(asking(cache.token())).containsExactly("HTTP/1.1 100 Continue", "HTTP/1.1 201 Created");
        assertThat(asking(cache.newToken("\"pull\""))).containsExactly("HTTP/1.1 403 Forbidden");
    }

    /** The status lines of a PUT whose body is sent when it is asked for. */
    private List<String> asking(String token) throws IOException {
        URI url = URI.create(cache.url());
        String target = url.getPath() + "/nar/" + name(nar) + ".nar";
        List<String> lines = new ArrayList<>();
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(("PUT " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + token
                            + "\r\nExpect: 100-continue\r\nContent-Length: " + nar.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("HTTP/1.1 ")) {
                    lines.add(line);
                    if (line.startsWith("HTTP/1.1 100 ")) {
                        out.write(nar);
                    }
                }
            }
        }
        return lines;
    }

    @Test
    void aBodyThatIsCut() throws Exception {
        long before = files();
        URI url = URI.create(cache.url());
        String target = url.getPath() + "/nar/" + name(nar) + ".nar";
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("PUT " + target + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + cache.token()
                            + "\r\nContent-Length: " + nar.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(nar, 0, nar.length / 2);
            out.flush();
        }
        assertThat(cache.put("nar/" + name(nar) + ".nar", nar).statusCode()).isEqualTo(201);
        assertThat(new WireClient(cache.url()).get("/nix-cache-info").status()).isEqualTo(200);
        // nobody is told of the end of the one that was cut
        for (int i = 0; i < 600 && files() != before + 1; i++) {
            Thread.sleep(100);
        }
        assertThat(files()).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NarHash: .*    | NarHash: sha256:0000000000000000000000000000000000000000000000000000 | NarHash",
                "NarSize: .*    | NarSize: 1                                                         | NarSize",
                "FileHash: .*   | FileHash: sha256:0000000000000000000000000000000000000000000000000000 | FileHash",
                "FileSize: .*   | FileSize: 1                                                        | FileSize",
                "Compression: .*| Compression: xz                                                    | Compression",
                "StorePath: .*  | StorePath: /nix/store/00000000000000000000000000000000-other         | StorePath",
                "StorePath: /nix| StorePath: /other                                                  | StorePath",
                "References: .* | References: 00000000000000000000000000000000-other                   | References",
                "URL: .*        | URL: nar/0000000000000000000000000000000000000000000000000000.nar.zst | URL",
                "URL: .*        | URL: https://elsewhere.example.com/x.nar                             | URL",
            })
    void aNarInfoThatLies(String field, String lie, String named) throws Exception {
        byte[] file = Zstd.compress(nar);
        String info = published(file);
        cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/" + path.hash(), "");
        assertThat(cache.put("nar/" + name(file) + ".nar.zst", file).statusCode())
                .isIn(200, 201);
        String text = info.replaceFirst(field.strip(), lie.strip());
        assertThat(text).isNotEqualTo(info);

        refused(400, named, path.hash() + ".narinfo", text.getBytes(StandardCharsets.US_ASCII));

        assertThat(cache.get(path.hash() + ".narinfo").statusCode()).isEqualTo(404);
        // and the truth is taken
        assertThat(cache.put(path.hash() + ".narinfo", info.getBytes(StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(201);
    }

    /** The narinfos come while the file is being made durable, which they take over and leave. */
    @Test
    void aFileIsKeptForTheTruthBehindALieAndAMissingReference() throws Exception {
        byte[] file = Zstd.compress(nar);
        String target = "nar/" + name(file) + ".nar.zst";
        String truth = "StorePath: " + NixStore.path(path) + "\nURL: " + target
                + "\nCompression: zstd\nNarHash: sha256:" + name(nar) + "\nNarSize: " + nar.length + "\nReferences: \n";
        String lie = truth.replace("NarSize: ", "NarSize: 1");
        String lacking = truth.replace("References: ", "References: 00000000000000000000000000000000-lacking");
        assertThat(cache.put(target, file).statusCode()).isEqualTo(201);
        refused(400, "NarSize", path.hash() + ".narinfo", lie.getBytes(StandardCharsets.US_ASCII));
        refused(400, "lacking", path.hash() + ".narinfo", lacking.getBytes(StandardCharsets.US_ASCII));

        assertThat(cache.send("HEAD", target, new byte[0], cache.token()).statusCode())
                .isEqualTo(200);
        assertThat(cache.put(path.hash() + ".narinfo", truth.getBytes(StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(201);
        NarInfo kept = NarInfoReader.read(cache.get(path.hash() + ".narinfo").body());
        assertThat(kept.narHash().nix32()).isEqualTo(name(nar));
    }

    /** Publishes the path with that file; gives its narinfo without our signature, and without the address. */
    private String published(byte[] file) throws Exception {
        assertThat(cache.put("nar/" + name(file) + ".nar.zst", file).statusCode())
                .isEqualTo(201);
        String info = "StorePath: " + NixStore.path(path) + "\nURL: nar/" + name(file)
                + ".nar.zst\nCompression: zstd\nFileHash: sha256:" + name(file) + "\nFileSize: " + file.length
                + "\nNarHash: sha256:" + name(nar) + "\nNarSize: " + nar.length + "\nReferences: \n";
        assertThat(cache.put(path.hash() + ".narinfo", info.getBytes(StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(201);
        return info;
    }

    @Test
    void anotherNarUnderAPublishedPath() throws Exception {
        published(Zstd.compress(nar));
        byte[] other = builder.dump(builder.evaluate("builtins.toFile \"refused\" \"something else\""));
        assertThat(cache.put("nar/" + name(other) + ".nar", other).statusCode()).isEqualTo(201);
        String lie = "StorePath: " + NixStore.path(path) + "\nURL: nar/" + name(other)
                + ".nar\nCompression: none\nNarHash: sha256:" + name(other) + "\nNarSize: " + other.length
                + "\nReferences: \n";

        HttpResponse<byte[]> answer = cache.put(path.hash() + ".narinfo", lie.getBytes(StandardCharsets.US_ASCII));

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(new String(answer.body(), StandardCharsets.US_ASCII)).contains(name(nar), name(other));
        NarInfo kept = NarInfoReader.read(cache.get(path.hash() + ".narinfo").body());
        assertThat(kept.narHash().nix32()).isEqualTo(name(nar));
    }

    @Test
    void takesAnotherFileOfTheSameNarAndKeepsTheFirst() throws Exception {
        String info = published(Zstd.compress(nar));
        assertThat(cache.put("nar/" + name(nar) + ".nar", nar).statusCode()).isEqualTo(201);
        String second = "StorePath: " + NixStore.path(path) + "\nURL: nar/" + name(nar)
                + ".nar\nCompression: none\nNarHash: sha256:" + name(nar) + "\nNarSize: " + nar.length
                + "\nReferences: \n";

        assertThat(cache.put(path.hash() + ".narinfo", second.getBytes(StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(200);

        assertThat(new String(cache.get(path.hash() + ".narinfo").body(), StandardCharsets.US_ASCII))
                .startsWith(info);
        // the client that sent the second narinfo remembers it for 30 days, and the file staged for a day has gone
        Rows.ofServer().change("delete from staged_nar where file_name = ?", name(nar) + ".nar");
        assertThat(cache.get("nar/" + name(nar) + ".nar").body()).isEqualTo(nar);
        assertThat(cache.send("HEAD", "nar/" + name(nar) + ".nar", new byte[0], cache.token())
                        .statusCode())
                .isEqualTo(200);
        cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/" + path.hash(), "");
        assertThat(cache.get("nar/" + name(nar) + ".nar").statusCode()).isEqualTo(404);
    }

    /** As some tools name their files. */
    @Test
    void takesAFileNamedByTheHashOfItsNarIfTheNarInfoSaysSo() throws Exception {
        byte[] file = Zstd.compress(nar);
        byte[] again = Zstd.compress(nar, 19);
        String url = "nar/" + name(nar) + ".nar.zst";
        assertThat(cache.put(url, again).statusCode()).isEqualTo(201);
        assertThat(cache.put(url, file).statusCode()).isEqualTo(201);
        String info = "StorePath: " + NixStore.path(path) + "\nURL: " + url + "\nCompression: zstd\nFileHash: sha256:"
                + name(file) + "\nFileSize: " + file.length + "\nNarHash: sha256:" + name(nar) + "\nNarSize: "
                + nar.length + "\nReferences: \n";

        assertThat(cache.put(path.hash() + ".narinfo", info.getBytes(StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(201);

        assertThat(cache.get(url).body()).isEqualTo(file);
        assertThat(new String(cache.get(path.hash() + ".narinfo").body(), StandardCharsets.US_ASCII))
                .startsWith(info);
        refused(400, "and that of its NAR", "nar/" + name(new byte[] {1}) + ".nar.zst", file);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsACheckedContentAddressWhicheverComesFirst(boolean addressFirst) throws Exception {
        String info = published(Zstd.compress(nar)).replaceFirst("(?m)^References: .*$", "References: ");
        String address = "CA: text:sha256:" + name(("of " + cache.tenant()).getBytes(StandardCharsets.US_ASCII)) + "\n";
        if (addressFirst) {
            cache.administer("DELETE", "/api/v1/tenants/" + cache.tenant() + "/caches/ci/paths/" + path.hash(), "");
            assertThat(putInfo(info + address)).isEqualTo(201);
            assertThat(putInfo(info)).isEqualTo(200);
        } else {
            assertThat(putInfo(info + address)).isEqualTo(200);
        }

        assertThat(new String(cache.get(path.hash() + ".narinfo").body(), StandardCharsets.US_ASCII))
                .contains(address);
        assertThat(putInfo(info + address)).isEqualTo(200);
    }

    private int putInfo(String info) throws Exception {
        return cache.put(path.hash() + ".narinfo", info.getBytes(StandardCharsets.US_ASCII))
                .statusCode();
    }

    @Test
    void aCompressionThatNixDoesNotKnowIsNamed() throws Exception {
        String info =
                published(Zstd.compress(nar)).replace("Compression: zstd", "Compression: rar\u0007" + "x".repeat(200));
        refused(400, "'rar?xxx", path.hash() + ".narinfo", info.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void whatIsNoNarInfo() throws Exception {
        refused(400, "narinfo", path.hash() + ".narinfo", "<html>".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aStoreDirThatIsNotTheCaches() throws Exception {
        refused(400, "/nix/store", "nix-cache-info", "StoreDir: /other\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(cache.put("nix-cache-info", "StoreDir: /nix/store\n".getBytes(StandardCharsets.US_ASCII))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void uploadsIntoACacheThatTakesNone() throws Exception {
        cache.administer("PUT", "/api/v1/tenants/" + cache.tenant() + "/caches/ci", "{\"sources\":[\"local-store\"]}");
        refused(403, "takes no uploads", "nar/" + name(nar) + ".nar", nar);
    }

    @Test
    void aPathWithoutASignatureThatTheCacheTrusts() throws Exception {
        cache.administer(
                "PUT",
                "/api/v1/tenants/" + cache.tenant() + "/caches/ci",
                "{\"foreignSignatures\":\"require-trusted\"}");
        byte[] file = Zstd.compress(nar);
        assertThat(cache.put("nar/" + name(file) + ".nar.zst", file).statusCode())
                .isEqualTo(201);
        String info = "StorePath: " + NixStore.path(path) + "\nURL: nar/" + name(file)
                + ".nar.zst\nCompression: zstd\nNarHash: sha256:" + name(nar) + "\nNarSize: " + nar.length
                + "\nReferences: \n";
        refused(403, "Sig", path.hash() + ".narinfo", info.getBytes(StandardCharsets.US_ASCII));
    }

    /** A token's push is answered before the servlets, the administrator's behind them: nobody can tell. */
    @Test
    void isToldAndRecordedTheSameOnBothWays() throws Exception {
        byte[] file = Zstd.compress(nar);
        String info = published(file);
        String narInfo = path.hash() + ".narinfo";
        Map<String, String> lies = new LinkedHashMap<>();
        lies.put("untrue", info.replaceFirst("NarSize: .*", "NarSize: 1"));
        lies.put("no-such-nar", info.replaceFirst("URL: .*", "URL: nar/" + "0".repeat(52) + ".nar"));
        lies.put("false-signature", info + "Sig: " + keyName() + ":" + "A".repeat(86) + "==\n");
        lies.put("too-many-signatures", info + signatures(65));
        lies.put("", "<html>");
        for (Map.Entry<String, String> lie : lies.entrySet()) {
            byte[] body = lie.getValue().getBytes(StandardCharsets.US_ASCII);
            assertThat(told(narInfo, body, cache.token()))
                    .as(lie.getKey())
                    .startsWith("400 ")
                    .isEqualTo(told(narInfo, body, ApiClient.token()));
        }
        for (String target : List.of("nar/" + name(nar) + ".nar.zst", "nar/" + name(file) + ".nar.lzip")) {
            assertThat(told(target, nar, cache.token()))
                    .startsWith("4")
                    .isEqualTo(told(target, nar, ApiClient.token()));
        }
        byte[] truth = info.getBytes(StandardCharsets.US_ASCII);
        assertThat(told(narInfo, truth, cache.token()))
                .startsWith("200 ")
                .isEqualTo(told(narInfo, truth, ApiClient.token()));

        // the last of them is written when it has been quiet for two seconds
        for (int i = 0; i < 600 && recorded("administrator").size() < 6; i++) {
            Thread.sleep(100);
        }
        assertThat(recorded("token")).hasSize(6).isEqualTo(recorded("administrator"));
    }

    /** What the record tells of who is refused. */
    private List<String> recorded(String actor) throws Exception {
        return Rows.ofServer()
                .texts(
                        "select concat_ws(' ', detail->>'kind', detail->>'status', detail->>'url', reason) from"
                                + " audit_event where tenant = ? and actor = ? and action = 'push-refused' order by 1",
                        cache.tenant(),
                        actor);
    }

    private String keyName() throws Exception {
        return cache.keys().split(":", 2)[0];
    }

    private static String signatures(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "Sig: k-" + i + ":" + "A".repeat(86) + "==\n")
                .collect(Collectors.joining());
    }

    /** All of an answer to a PUT but what is of the one request. */
    private String told(String target, byte[] body, String token) throws Exception {
        HttpResponse<byte[]> answer = cache.send("PUT", target, body, token);
        Map<String, List<String>> headers = new TreeMap<>(answer.headers().map());
        headers.keySet().removeAll(List.of("date", "x-request-id"));
        return answer.statusCode() + " " + headers + "\n" + new String(answer.body(), StandardCharsets.UTF_8);
    }
}
