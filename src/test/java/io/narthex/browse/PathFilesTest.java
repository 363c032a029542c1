package io.narthex.browse;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.nar.FileNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathFilesTest {
    private static final String LOGICAL = "/nix/store/00000000000000000000000000000000-x";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Path root;

    @BeforeEach
    void tree() throws IOException {
        root = Files.createDirectories(directory.resolve("store/x"));
        Files.writeString(directory.resolve("secret"), "outside");
        Files.writeString(directory.resolve("store/neighbour"), "outside");
        Files.writeString(Files.createDirectories(root.resolve("d/e")).resolve("file"), "inside");
    }

    @Test
    void findsARegularFileAndADirectory() throws Exception {
        assertThat(find("d/e/file")).contains(root.resolve("d/e/file"));
        assertThat(find("d/e")).contains(root.resolve("d/e"));
        assertThat(find("")).contains(root);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "d/e/file",
                "./d/./e//file",
                "d/e/../e/file",
                "d/../d/e/file",
                LOGICAL + "/d/e/file",
                LOGICAL + "//d/e/file"
            })
    void followsALinkInside(String target) throws Exception {
        link("link", target);

        assertThat(find("link")).contains(root.resolve("d/e/file"));
    }

    @Test
    void followsLinksFromWhereTheyLie() throws Exception {
        link("d/e/up", "../..");
        link("d/again", "e/up/d/e/file");

        assertThat(find("d/again")).contains(root.resolve("d/e/file"));
        assertThat(find("d/e/up/d/e/up/d/e/file")).contains(root.resolve("d/e/file"));
    }

    @Test
    void followsALinkToThePathItself() throws Exception {
        link("self", LOGICAL);

        assertThat(find("self/d/e/file")).contains(root.resolve("d/e/file"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "../neighbour",
                "../x/d/e/file",
                "d/../../neighbour",
                "../../secret",
                "/",
                "/etc/passwd",
                "/nix/store",
                LOGICAL + "/../neighbour",
                LOGICAL + "y/d",
                "/nix/store/../store/00000000000000000000000000000000-x/d"
            })
    void followsNoLinkOutside(String target) throws Exception {
        link("link", target);
        link("chain", "d/../link");

        assertThat(find("link")).isEmpty();
        assertThat(find("chain")).isEmpty();
        assertThat(find("link/neighbour")).isEmpty();
    }

    @Test
    void doesNotFollowALinkByItsRealPlace() throws Exception {
        link("link", root.resolve("d/e/file").toString());

        assertThat(find("link")).isEmpty();
    }

    @Test
    void givesUpOnLoops() throws Exception {
        link("a", "b");
        link("b", "a");
        link("grows", "grows/x");

        assertThat(find("a")).isEmpty();
        assertThat(find("grows")).isEmpty();
    }

    @Test
    void followsFortyLinksAndNotOneMore() throws Exception {
        link("1", "d/e/file");
        for (int i = 2; i <= 41; i++) {
            link(Integer.toString(i), Integer.toString(i - 1));
        }

        assertThat(find("40")).isPresent();
        assertThat(find("41")).isEmpty();
    }

    @Test
    void findsNothingWhereThereIsNothing() throws Exception {
        link("dangling", "nowhere");

        assertThat(find("none")).isEmpty();
        assertThat(find("d/e/file/x")).isEmpty();
        assertThat(find("dangling")).isEmpty();
        assertThat(find("a".repeat(256))).isEmpty();
        assertThat(find("a".repeat(100_000))).isEmpty();
    }

    @Test
    void findsNothingInAPathThatIsALink() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("store/l"), Path.of("x"));

        assertThat(new PathFiles(link, LOGICAL).find(List.of())).isEmpty();
    }

    @Test
    void findsANameThatIsNotUtf8() throws Exception {
        byte[] name = {'n', (byte) 0xff};
        Path file = FileNames.resolve(root, name);
        Files.writeString(file, "x");

        assertThat(new PathFiles(root, LOGICAL).find(List.of(name)).map(PathFiles.Found::file))
                .contains(file);
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(root.resolve(name), Path.of(target));
    }

    private Optional<Path> find(String path) throws IOException {
        List<byte[]> names = Arrays.stream(path.split("/", -1))
                .filter(name -> !name.isEmpty())
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toList();
        return new PathFiles(root, LOGICAL).find(names).map(PathFiles.Found::file);
    }
}
