package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code {hash}.narinfo} as clients get it, compared with what the real Nix says of the path. */
@ExtendWith(SharedServer.class)
class NarInfoIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final WireClient wire = WireClient.toServer();
    private final NixStore served = NixStore.served();

    @Test
    void saysOfABuiltPathWhatNixSays() throws Exception {
        StorePath path = served.build(Recipes.environment("fields"));
        JsonNode nix = inNix(path);
        String narHash = NixHash.parse(nix.path("narHash").asText()).nix32();

        assertThat(withoutSigs(get(path).text()))
                .containsExactly(
                        "StorePath: " + NixStore.path(path),
                        "URL: nar/" + narHash + ".nar",
                        "Compression: none",
                        "FileHash: sha256:" + narHash,
                        "FileSize: " + nix.path("narSize").asLong(),
                        "NarHash: sha256:" + narHash,
                        "NarSize: " + nix.path("narSize").asLong(),
                        "References: " + baseName(nix.path("references").path(0)),
                        "Deriver: " + baseName(nix.path("deriver")));
    }

    @Test
    void saysOfAFileWhatItIsAddressedBy() throws Exception {
        StorePath path = served.add("addressed", "by its contents");

        assertThat(get(path).text().lines())
                .last()
                .isEqualTo("CA: " + inNix(path).path("ca").asText());
    }

    @Test
    void sortsReferences() throws Exception {
        StorePath path = served.evaluate("builtins.toFile \"referring\" (builtins.concatStringsSep \" \""
                + " (map (n: \"${builtins.toFile \"r${toString n}\" (toString n)}\") [ 1 2 3 4 5 6 7 8 9 ]))");

        List<String> references = List.of(line(get(path), "References").split(" ", -1));

        assertThat(references).hasSize(9).isSorted();
    }

    @Test
    void keepsTheSpaceBehindReferencesWhereThereAreNone() throws Exception {
        assertThat(get(served.add("lonely", "no references")).text()).contains("\nReferences: \n");
    }

    @Test
    void isSignedByTheKeyThatThePublicKeyUrlNames() throws Exception {
        StorePath path = served.build(Recipes.environment("signed"));
        Answer answer = get(path);
        PublicKey key = PublicKey.parse(
                wire.get("/public-key").text().lines().findFirst().orElseThrow());
        TreeSet<StorePath> references = new TreeSet<>();
        for (String name : line(answer, "References").split(" ", -1)) {
            references.add(StorePath.parseBaseName(name));
        }
        byte[] fingerprint = Fingerprint.of(
                StoreDir.DEFAULT,
                path,
                NixHash.parse(line(answer, "NarHash")),
                Long.parseLong(line(answer, "NarSize")),
                references);

        assertThat(key.verify(fingerprint, Signature.parse(line(answer, "Sig"))))
                .isTrue();
    }

    @Test
    void keepsSignaturesOfOthersBehindOurs() throws Exception {
        StorePath path = served.build(Recipes.environment("cosigned"));
        SecretKey other = SecretKey.generate("other-1", new SecureRandom());
        assertThat(get(path).text()).doesNotContain("Sig: other-1:");

        served.sign(path, other.toText());

        List<String> sigs =
                get(path).text().lines().filter(l -> l.startsWith("Sig: ")).toList();
        assertThat(sigs).hasSize(2).anySatisfy(sig -> assertThat(sig).startsWith("Sig: other-1:"));
    }

    @Test
    void isTheSameFromMemoryAsTheFirstTime() throws Exception {
        StorePath path = served.add("twice", "asked for twice");

        Answer first = get(path);
        Answer second = get(path);

        assertThat(second.body()).isEqualTo(first.body());
        assertThat(lasting(second)).isEqualTo(lasting(first));
    }

    @Test
    void hasTheHeadersThatCachesNeed() throws Exception {
        StorePath path = served.add("headers", "of a narinfo");
        for (Answer answer : List.of(get(path), get(path))) {
            assertThat(answer.header("Content-Type")).startsWith("text/x-nix-narinfo");
            assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=300");
            assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
            assertThat(answer.header("ETag")).matches("\"[0-9a-f]{32}\"");
            assertThat(answer.header("Last-Modified")).matches("..., \\d\\d ... \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
            assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.has("Content-Encoding")).isFalse();
            assertThat(answer.isWhole()).isTrue();
        }
    }

    @Test
    void answersHeadLikeGetWithoutABody() throws Exception {
        StorePath cold = served.add("head-cold", "asked by HEAD first");
        Answer first = wire.head(url(cold));
        assertThat(first.body()).isEmpty();

        assertThat(lasting(get(cold))).isEqualTo(lasting(first));
        assertThat(lasting(wire.head(url(cold)))).isEqualTo(lasting(first));
        assertThat(wire.head(url(cold)).body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "W/%s", "\"other\", %s", "*"})
    void isNotSentAgainToWhoHasItByTag(String condition) throws Exception {
        StorePath path = served.add("tagged", "known by its tag");
        String tag = get(path).header("ETag");

        Answer answer = get(path, "If-None-Match: " + String.format(condition, tag));

        assertThat(answer.status()).isEqualTo(304);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("ETag")).isEqualTo(tag);
        assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=300");
    }

    @Test
    void isNotSentAgainToWhoHasItByTagAlsoWhenNotInMemory() throws Exception {
        StorePath path = served.add("tagged-cold", "nobody asked for it before");

        assertThat(get(path, "If-None-Match: *").status()).isEqualTo(304);
    }

    @Test
    void isNotSentAgainToWhoHasItByDate() throws Exception {
        StorePath path = served.add("dated", "known by its date");
        String date = get(path).header("Last-Modified");

        assertThat(get(path, "If-Modified-Since: " + date).status()).isEqualTo(304);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "If-None-Match: \"other\"",
                "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
                "If-Modified-Since: yesterday"
            })
    void isSentToWhoHasAnother(String condition) throws Exception {
        StorePath path = served.add("conditional", "sent again");
        get(path);

        assertThat(get(path, condition).status()).isEqualTo(200);
    }

    @Test
    void believesTheTagWhereTagAndDateDiffer() throws Exception {
        StorePath path = served.add("differing", "tag and date");
        String date = get(path).header("Last-Modified");

        assertThat(get(path, "If-None-Match: \"other\"", "If-Modified-Since: " + date)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void hasAnotherTagOnceItSaysSomethingElse() throws Exception {
        StorePath path = served.build(Recipes.environment("retagged"));
        String tag = get(path).header("ETag");

        served.sign(path, SecretKey.generate("other-2", new SecureRandom()).toText());

        assertThat(get(path, "If-None-Match: " + tag).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isCodedForWhoAsks(boolean hot) throws Exception {
        StorePath path = served.build(Recipes.environment("coded-" + hot));
        if (hot) {
            get(path);
        }

        Answer coded = get(path, "Accept-Encoding: gzip, zstd");

        Answer plain = get(path);
        assertThat(coded.header("Content-Encoding")).isEqualTo("zstd");
        assertThat(coded.header("Vary")).isEqualTo("Accept-Encoding");
        assertThat(coded.header("ETag")).isNotEqualTo(plain.header("ETag"));
        assertThat(coded.isWhole()).isTrue();
        assertThat(Zstd.decompress(coded.body(), plain.body().length)).isEqualTo(plain.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip, br, deflate", "identity", "*", "zstd;q=0", "zstd; q=0.000, gzip", "zstdx", ""})
    void isNotCodedForWhoDoesNotAsk(String accepted) throws Exception {
        StorePath path = served.build(Recipes.environment("plain"));
        for (Answer answer : List.of(get(path), get(path, "Accept-Encoding: " + accepted))) {
            assertThat(answer.has("Content-Encoding")).isFalse();
            assertThat(answer.text()).startsWith("StorePath: ");
        }
    }

    @Test
    void isAbsentInOneShortLine() throws Exception {
        String url = "/" + "0".repeat(32) + ".narinfo";
        for (Answer answer : List.of(wire.get(url), wire.get(url))) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text()).isEqualTo("404 There is nothing here: No such path\n");
            assertThat(answer.header("Content-Type")).matches("text/plain; ?charset=utf-8");
            assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000",
                "000000000000000000000000000000000",
                "e0000000000000000000000000000000",
                "o0000000000000000000000000000000",
                "u0000000000000000000000000000000",
                "t0000000000000000000000000000000",
                "A0000000000000000000000000000000",
                "%300000000000000000000000000000",
                "00000000000000000000000000000000-name",
                "x"
            })
    void isMalformedUnderWhatIsNoHash(String hash) throws Exception {
        Answer answer = wire.get("/" + hash + ".narinfo");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/plain;charset=utf-8");
        assertThat(answer.text()).startsWith("400 ").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "DELETE", "PATCH"})
    void isOnlyReadAndPut(String method) throws Exception {
        StorePath path = served.add("read-only", "never written by HTTP");
        get(path);

        Answer answer = wire.send(method, url(path), "Content-Length: 0");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).contains("GET", "HEAD");
        assertThat(answer.header("Content-Type")).startsWith("text/plain");
        assertThat(answer.text()).startsWith("405 ").hasLineCount(1);
    }

    private Answer get(StorePath path, String... headers) throws IOException {
        return wire.get(url(path), headers);
    }

    private static String url(StorePath path) {
        return "/" + path.hash() + ".narinfo";
    }

    private static String line(Answer answer, String field) {
        return answer.text()
                .lines()
                .filter(l -> l.startsWith(field + ": "))
                .findFirst()
                .orElseThrow()
                .substring(field.length() + 2);
    }

    private static List<String> withoutSigs(String text) {
        return text.lines().filter(l -> !l.startsWith("Sig: ")).toList();
    }

    private static String baseName(JsonNode path) {
        return path.asText().substring(StoreDir.DEFAULT.path().length() + 1);
    }

    /** Headers that do not differ from answer to answer. */
    private static Map<String, String> lasting(Answer answer) {
        Map<String, String> headers = new TreeMap<>(answer.headers());
        headers.keySet().removeAll(List.of("date", "x-request-id"));
        return headers;
    }

    private JsonNode inNix(StorePath path) throws IOException {
        return JSON.readTree(served.run("nix", "path-info", "--store", served.uri(), "--json", NixStore.path(path)))
                .path(0);
    }
}
