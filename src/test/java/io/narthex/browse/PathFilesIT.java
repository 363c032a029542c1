package io.narthex.browse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.nar.FileNames;
import io.narthex.nix.store.StorePath;
import io.narthex.protocol.Recipes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code serve/{hash}/{path}}: a look into a path that neither leads out of it nor runs anything. */
@ExtendWith(SharedServer.class)
class PathFilesIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final WireClient wire = WireClient.toServer();
    private final NixStore served = NixStore.served();

    @Test
    void showsAFile() throws Exception {
        StorePath path = served.add(Recipes.tree(served, "shown"));

        Answer answer = wire.get(url(path, "/text"));

        assertThat(answer.text()).isEqualTo("text of shown\n");
        assertThat(answer.isWhole()).isTrue();
        assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=86400");
    }

    @Test
    void showsAPathThatIsOneFile() throws Exception {
        StorePath path = served.add("one-file", "only me");

        assertThat(wire.get(url(path, "")).text()).isEqualTo("only me");
    }

    @Test
    void showsAnEmptyFile() throws Exception {
        StorePath path = served.add(Recipes.tree(served, "with-empty"));

        Answer answer = wire.get(url(path, "/sub/deep/empty"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Length")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/"})
    void listsADirectoryForPeople(String end) throws Exception {
        StorePath path = served.add(Recipes.tree(served, "browsed"));

        Answer answer = wire.get(url(path, end), "Accept: text/html,application/xhtml+xml,*/*;q=0.8");

        assertThat(answer.header("Content-Type")).isEqualTo("text/html;charset=utf-8");
        assertThat(answer.header("Vary")).isEqualTo("Accept");
        assertThat(answer.text())
                .contains("href=\"/serve/" + path.hash() + "/sub/\"", "href=\"/serve/" + path.hash() + "/text\"")
                .contains("10000 bytes", "executable", "→ sub/deep")
                .doesNotContain(served.root().toString());
    }

    @Test
    void listsADirectoryForPrograms() throws Exception {
        StorePath path = served.add(Recipes.tree(served, "browsed-json"));

        Answer answer = wire.get(url(path, "/"), "Accept: application/json");

        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        JsonNode entries = JSON.readTree(answer.body()).path("entries");
        assertThat(entries.fieldNames()).toIterable().containsExactly("binary", "link", "script", "sub", "text");
        assertThat(entries.path("binary").path("size").asInt()).isEqualTo(10_000);
        assertThat(entries.path("link").path("target").asText()).isEqualTo("sub/deep");
        assertThat(entries.path("script").path("executable").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "page.html, text/plain", "page.htm, text/plain", "page.xhtml, text/plain", "image.svg, text/plain",
        "script.js, text/plain", "script.mjs, text/plain", "data.xml, text/plain", "style.xsl, text/plain",
        "app.webmanifest, text/plain", "book.pdf, text/plain", "UPPER.HTML, text/plain", "no-suffix, text/plain",
        "image.png, image/png"
    })
    void runsNothing(String name, String type) throws Exception {
        Path tree = Files.createDirectories(served.scratch().resolve("scripts"));
        Files.writeString(tree.resolve(name), "<script xmlns='http://www.w3.org/1999/xhtml'>alert(1)</script>");
        StorePath path = served.add(tree);

        Answer answer = wire.get(url(path, "/" + name));

        assertThat(answer.header("Content-Type").replaceFirst(";.*", "")).isEqualTo(type);
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'", "sandbox");
    }

    @Test
    void escapesNamesInItsPages() throws Exception {
        Path tree = Files.createDirectories(served.scratch().resolve("names"));
        Files.writeString(tree.resolve("<script>alert(1)<"), "");
        Files.writeString(tree.resolve("\" onmouseover=\"alert(2)"), "");
        Files.createSymbolicLink(tree.resolve("link"), Path.of("<img src=x onerror=alert(3)>"));
        StorePath path = served.add(tree);

        Answer answer = wire.get(url(path, "/"));

        assertThat(answer.text()).doesNotContain("<script>", "<img", "\" onmouseover");
        assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'", "sandbox");
    }

    @Test
    void findsEveryNameThatItsPageLinksTo() throws Exception {
        Path tree = Files.createDirectories(served.scratch().resolve("odd"));
        for (String name : new String[] {"a b", "a%20b", "a+b", "a?b", "a#b", "ü", "%", "%zz", ";x=1", "a\\b", "…"}) {
            Files.writeString(FileNames.resolve(tree, name.getBytes(StandardCharsets.UTF_8)), "file " + name);
        }
        StorePath path = served.add(tree);

        String page = wire.get(url(path, "/")).text();

        String[] links = page.split("<a href=\"", -1);
        assertThat(links).hasSize(12);
        for (int i = 1; i < links.length; i++) {
            String link = links[i].substring(0, links[i].indexOf('"'));
            assertThat(wire.get(link).text()).as(link).startsWith("file ");
        }
    }

    @Test
    void opensFilesWhoseNamesAreNotUtf8() throws Exception {
        Path tree = Files.createDirectories(served.scratch().resolve("latin"));
        Path directory = Files.createDirectories(FileNames.resolve(tree, new byte[] {'d', (byte) 0xff}));
        Files.writeString(FileNames.resolve(tree, new byte[] {'r', (byte) 0xe9}), "é of Latin-1");
        Files.writeString(FileNames.resolve(tree, new byte[] {'r', (byte) 0xe8}), "è of Latin-1");
        Files.writeString(FileNames.resolve(directory, new byte[] {(byte) 0xc0, (byte) 0xae}), "a dot too long");
        Files.writeString(directory.resolve("\uFFFD"), "the replacement itself");
        StorePath path = served.add(tree);

        assertThat(wire.get(url(path, "/")).text())
                .contains("r\uFFFDE9</a>", "r\uFFFDE8</a>", "/r%E9\"", "/r%E8\"", "/d%FF/\"");
        assertThat(wire.get(url(path, "/r%E9")).text()).isEqualTo("é of Latin-1");
        assertThat(wire.get(url(path, "/r%e8")).text()).isEqualTo("è of Latin-1");
        assertThat(wire.get(url(path, "/d%FF/")).text()).contains("/d%FF/%C0%AE\"", "/d%FF/%EF%BF%BD\"");
        assertThat(wire.get(url(path, "/d%FF/%C0%AE")).text()).isEqualTo("a dot too long");
        assertThat(wire.get(url(path, "/d%FF/%EF%BF%BD")).text()).isEqualTo("the replacement itself");
        assertThat(wire.head(url(path, "/r%E9")).header("Content-Length")).isEqualTo("13");
        assertThat(wire.get(url(path, "/r%EF%BF%BD")).status()).isEqualTo(404);
        assertThat(wire.get(url(path, "/r%EA")).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%ff/..",
                "/%ff/../text",
                "/%ff/%2e%2e/text",
                "/%ff/..%2ftext",
                "/%ff%2f..%2f..%2ftext",
                "/%ff%00"
            })
    void isMalformedWhereNoFileCanBeBesideANameThatIsNotUtf8(String name) throws Exception {
        StorePath path = served.add(Recipes.tree(served, "malformed-bytes"));

        Answer answer = wire.get(url(path, name));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).startsWith("400 ").hasLineCount(1);
    }

    @Test
    void followsLinksThatStayInside() throws Exception {
        Path tree = Recipes.tree(served, "inside");
        Files.createSymbolicLink(tree.resolve("chain"), Path.of("sub/../link/../../text"));
        Files.createSymbolicLink(tree.resolve("up"), Path.of("."));
        StorePath path = served.add(tree);

        assertThat(wire.get(url(path, "/chain")).text()).isEqualTo("text of inside\n");
        assertThat(wire.get(url(path, "/up/up/text")).text()).isEqualTo("text of inside\n");
        assertThat(wire.get(url(path, "/link/empty")).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "/",
                "..",
                "../",
                "../../../../../../../../../../../../../../../etc/passwd",
                "sub/../../",
                "/nix/store",
                "/nix/store/../../etc/passwd",
                "loop",
                "/proc/self/environ"
            })
    void followsNoLinkThatLeadsOut(String target) throws Exception {
        Path tree = Recipes.tree(served, "outside");
        Files.createSymbolicLink(tree.resolve("loop"), Path.of(target));
        Files.createSymbolicLink(tree.resolve("indirect"), Path.of("sub/deep/../../loop"));
        StorePath path = served.add(tree);

        for (String way : new String[] {"/loop", "/indirect", "/loop/", "/loop/etc/passwd"}) {
            Answer answer = wire.get(url(path, way));
            assertThat(answer.status()).as(way).isEqualTo(404);
            assertThat(answer.text()).isEqualTo("404 There is nothing here: No such path\n");
        }
    }

    @Test
    void followsNoLinkIntoAnotherPath() throws Exception {
        StorePath other = served.add("other", "of another path");
        Path tree = Files.createDirectories(served.scratch().resolve("linking"));
        Files.createSymbolicLink(tree.resolve("absolute"), Path.of(NixStore.path(other)));
        Files.createSymbolicLink(tree.resolve("relative"), Path.of("../" + other.baseName()));
        Files.createSymbolicLink(tree.resolve("real"), served.locate(other));
        StorePath path = served.add(tree);

        for (String name : new String[] {"absolute", "relative", "real"}) {
            assertThat(wire.get(url(path, "/" + name)).status()).as(name).isEqualTo(404);
        }
    }

    @Test
    void givesUpOnEndlessLinks() throws Exception {
        Path tree = Files.createDirectories(served.scratch().resolve("endless"));
        Files.createSymbolicLink(tree.resolve("a"), Path.of("b"));
        Files.createSymbolicLink(tree.resolve("b"), Path.of("a"));
        Files.createSymbolicLink(tree.resolve("self"), Path.of("self/self"));
        StorePath path = served.add(tree);

        for (String name : new String[] {"a", "b", "self"}) {
            assertThat(wire.get(url(path, "/" + name)).status()).as(name).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/none", "/text/none", "/sub/none"})
    void isAbsentWhereThereIsNothing(String name) throws Exception {
        StorePath path = served.add(Recipes.tree(served, "holes"));

        assertThat(wire.get(url(path, name)).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/..", "/%2e%2e", "/sub/..", "/sub/%2e%2e/text", "/a%00b", "/%2fetc", "/."})
    void isMalformedWhereNoFileCanBe(String name) throws Exception {
        StorePath path = served.add(Recipes.tree(served, "malformed"));

        Answer answer = wire.get(url(path, name));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).startsWith("400 ").hasLineCount(1);
    }

    @Test
    void isAbsentUnderANameLongerThanAnyFileHas() throws Exception {
        StorePath path = served.add(Recipes.tree(served, "short-names"));

        assertThat(wire.get(url(path, "/" + "a".repeat(256))).status()).isEqualTo(404);
    }

    @Test
    void answersHeadWithoutABody() throws Exception {
        StorePath path = served.add(Recipes.tree(served, "headed"));
        for (String name : new String[] {"/", "/text"}) {
            Answer head = wire.head(url(path, name));
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            assertThat(head.header("Content-Length"))
                    .isEqualTo(wire.get(url(path, name)).header("Content-Length"));
        }
    }

    @Test
    void isAbsentForAPathThatNixDoesNotHave() throws Exception {
        assertThat(wire.get("/serve/" + "2".repeat(32) + "/").status()).isEqualTo(404);
    }

    @Test
    void servesNothingThatNixDidNotRegister() throws Exception {
        String hash = "3".repeat(32);
        Files.writeString(served.root().resolve("nix/store/" + hash + "-unregistered"), "not valid");

        assertThat(wire.get("/serve/" + hash + "/").status()).isEqualTo(404);
        assertThat(wire.get("/" + hash + ".narinfo").status()).isEqualTo(404);
    }

    private static String url(StorePath path, String rest) {
        return "/serve/" + path.hash() + rest;
    }
}
