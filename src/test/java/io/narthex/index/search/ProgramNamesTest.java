package io.narthex.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramNamesTest {
    private static final String FILE = "{\"type\":\"regular\",\"size\":1,\"executable\":true,\"narOffset\":9}";

    private static String of(String root) throws IOException {
        String listing = "{\"version\":1,\"root\":" + root + "}";
        return ProgramNames.of(new ByteArrayInputStream(listing.getBytes(StandardCharsets.UTF_8)));
    }

    private static String directory(String entries) {
        return "{\"type\":\"directory\",\"entries\":{" + entries + "}}";
    }

    private static String entry(String name, String node) {
        return "\"" + name + "\":" + node;
    }

    @Test
    void takesWhatIsInBinAndTheLibraries() throws IOException {
        String link = "{\"type\":\"symlink\",\"target\":\"hello\"}";
        String bin = directory(entry("hello", FILE) + "," + entry("hi", link) + "," + entry("[", FILE));
        String lib = directory(entry("libz.so.1", FILE) + "," + entry("libz.a", FILE) + ","
                + entry("deep", directory(entry("libdeep.so", FILE))) + "," + entry("libq.dylib", FILE));
        String share = directory(entry("bin", directory(entry("no", FILE))));
        assertThat(of(directory(entry("bin", bin) + "," + entry("lib", lib) + "," + entry("sbin", bin) + ","
                        + entry("share", share))))
                .isEqualTo("/[/hello/hi/libq.dylib/libz.so.1/");
    }

    @Test
    void takesNothingWhereThereAreNone() throws IOException {
        assertThat(of(FILE)).isEmpty();
        assertThat(of(directory(""))).isEmpty();
        assertThat(of(directory(entry("bin", FILE) + "," + entry("lib", directory(entry("x", FILE))))))
                .isEmpty();
        assertThat(of(directory(entry("bin", directory(entry("a b", FILE) + "," + entry("h\u00e4", FILE))))))
                .isEmpty();
    }

    @Test
    void takesSoManyAsTheTableHas() throws IOException {
        String many = IntStream.range(0, 10_000)
                .mapToObj(i -> entry("program-" + i, FILE))
                .collect(Collectors.joining(","));
        assertThat(of(directory(entry("bin", directory(many)))).length()).isBetween(3_900, 4_096);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "[]", "null"})
    void refusesWhatIsNoListing(String root) {
        assertThatThrownBy(() -> of(root)).isInstanceOf(IOException.class);
    }

    @Test
    void takesTheSameOfADirectory(@TempDir Path path) throws IOException {
        Path bin = Files.createDirectories(path.resolve("bin"));
        Path lib = Files.createDirectories(path.resolve("lib"));
        Files.createDirectories(path.resolve("share/bin"));
        for (String file : new String[] {
            "bin/hello", "bin/[", "bin/a b", "lib/libz.so.1", "lib/libz.a", "share/bin/no", "share/libno.so"
        }) {
            Files.createFile(path.resolve(file));
        }
        Files.createSymbolicLink(bin.resolve("hi"), Path.of("hello"));
        Files.createFile(Files.createDirectory(lib.resolve("deep")).resolve("libdeep.so"));

        assertThat(ProgramNames.in(path)).isEqualTo("/[/hello/hi/libz.so.1/");
    }

    @Test
    void followsNoLinkOutOfAPath(@TempDir Path directory) throws IOException {
        Path other = Files.createDirectories(directory.resolve("other/bin"));
        Files.createFile(other.resolve("elsewhere"));
        Path path = Files.createDirectory(directory.resolve("path"));
        Files.createSymbolicLink(path.resolve("bin"), other);
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("other"));

        assertThat(ProgramNames.in(path)).isEmpty();
        assertThat(ProgramNames.in(link)).isEmpty();
        assertThat(ProgramNames.in(directory.resolve("not-there"))).isEmpty();
        assertThat(ProgramNames.in(Files.createFile(directory.resolve("file")))).isEmpty();
    }
}
