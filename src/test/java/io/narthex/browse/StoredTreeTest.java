package io.narthex.browse;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.narthex.browse.StoredTree.Found;
import io.narthex.browse.StoredTree.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways through a listing. */
class StoredTreeTest {
    private static final String ROOT = "/nix/store/0000-x";

    private static final StoredTree TREE = tree("""
        {"version":1,"root":{"type":"directory","entries":{
          "a":{"type":"directory","entries":{
            "b":{"type":"directory","entries":{"file":{"type":"regular","size":3,"narOffset":96}}},
            "self":{"type":"symlink","target":"."},
            "up":{"type":"symlink","target":"../file"}}},
          "absolute":{"type":"symlink","target":"/nix/store/0000-x/a/b"},
          "elsewhere":{"type":"symlink","target":"/nix/store/0000-xy/a"},
          "file":{"type":"regular","size":5,"executable":true,"narOffset":500},
          "link":{"type":"symlink","target":"a/b"},
          "loop":{"type":"symlink","target":"loop"},
          "out":{"type":"symlink","target":"../../etc"},
          "root":{"type":"symlink","target":"/nix/store/0000-x"},
          "through-file":{"type":"symlink","target":"file/../a"},
          "through-link":{"type":"symlink","target":"link/../b/file"},
          "\\uFFFD":{"type":"regular","size":1,"narOffset":9}
        }}}\
        """);

    private static StoredTree tree(String json) {
        return new StoredTree(Zstd.compress(json.getBytes(StandardCharsets.UTF_8)), ROOT);
    }

    private static Optional<Found> find(StoredTree tree, String path) throws IOException {
        List<byte[]> names = Arrays.stream(path.split("/", -1))
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toList();
        return tree.find(names);
    }

    @ParameterizedTest
    @CsvSource({
        "file, 500",
        "a/b/file, 96",
        "link/file, 96",
        "absolute/file, 96",
        "a/self/self/b/file, 96",
        "a/up, 500",
        "through-link, 96",
        "root/root/a/up, 500",
        "./a//b/./file, 96",
    })
    void leadToFiles(String path, long narOffset) throws IOException {
        assertThat(find(TREE, path).map(Found::node))
                .hasValueSatisfying(node -> assertThat(node)
                        .isInstanceOfSatisfying(
                                Node.Regular.class,
                                r -> assertThat(r.narOffset()).isEqualTo(narOffset)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none",
                "file/none",
                "a/none/file",
                "out",
                "elsewhere",
                "loop",
                "loop/file",
                "through-file",
                "a/../../x",
                "..",
                "\uFFFD"
            })
    void leadNowhere(String path) throws IOException {
        assertThat(find(TREE, path)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "link", "absolute/", "root/link"})
    void leadToDirectories(String path) throws IOException {
        Found found = find(TREE, path).orElseThrow();

        assertThat(found.names()).containsExactly("a", "b");
        assertThat(TREE.entries(found).entries())
                .extracting(DirectoryEntries.Entry::text)
                .containsExactly("file");
    }

    @Test
    void tellWhatStandsInADirectory() throws IOException {
        DirectoryEntries entries = TREE.entries(find(TREE, "").orElseThrow());

        assertThat(entries.leftOut()).isZero();
        assertThat(entries.entries())
                .contains(new DirectoryEntries.Entry("file", "file", DirectoryEntries.Type.REGULAR, 5, true, ""))
                .contains(new DirectoryEntries.Entry("link", "link", DirectoryEntries.Type.SYMLINK, 0, false, "a/b"))
                .contains(new DirectoryEntries.Entry("a", "a", DirectoryEntries.Type.DIRECTORY, 0, false, ""));
    }

    @Test
    void endAfterSoManyTurns() throws IOException {
        StringBuilder json = new StringBuilder("{\"version\":1,\"root\":{\"type\":\"directory\",\"entries\":{");
        for (int i = 0; i < 100; i++) {
            json.append("\"l" + i + "\":{\"type\":\"symlink\",\"target\":\"l" + (i + 1) + "\"},");
        }
        json.append("\"l100\":{\"type\":\"regular\",\"size\":1,\"narOffset\":96}}}}");
        StoredTree tree = tree(json.toString());

        assertThat(find(tree, "l61")).isPresent();
        assertThat(find(tree, "l1")).isEmpty();
    }

    @Test
    void showTheFirstOfVeryManyEntries() throws IOException {
        StringBuilder json = new StringBuilder("{\"version\":1,\"root\":{\"type\":\"directory\",\"entries\":{");
        for (int i = 100_000; i < 112_000; i++) {
            json.append(i == 100_000 ? "" : ",")
                    .append("\"" + i + "\":{\"type\":\"regular\",\"size\":1,\"narOffset\":96}");
        }
        StoredTree tree = tree(json.append("}}}").toString());

        DirectoryEntries entries = tree.entries(find(tree, "").orElseThrow());

        assertThat(entries.entries()).hasSize(10_000);
        assertThat(entries.leftOut()).isEqualTo(2_000);
        assertThat(find(tree, "111999")).isPresent();
    }

    @Test
    void goDownAsDeepAsTheFormatDoes() throws IOException {
        int depth = 8_000;
        StoredTree tree = tree("{\"version\":1,\"root\":" + "{\"type\":\"directory\",\"entries\":{\"d\":".repeat(depth)
                + "{\"type\":\"regular\",\"size\":1,\"narOffset\":96}" + "}}".repeat(depth) + "}");

        assertThat(find(tree, "d/".repeat(depth - 1) + "d")).isPresent();
    }
}
