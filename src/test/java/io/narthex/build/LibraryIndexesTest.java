package io.narthex.build;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.jboss.jandex.IndexReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryIndexesTest {
    private static final String LIBRARY = "WEB-INF/lib/one.jar";

    @TempDir
    private Path directory;

    @Test
    void giveEachLibraryAnEmptyIndexAndChangeNothingElse() throws IOException {
        byte[] page = {1, 2, 3};
        byte[] code = {4, 5};
        Path war = Files.write(
                directory.resolve("a.war"),
                zip(Map.of("index.html", page, LIBRARY, zip(Map.of("a/B.class", code)), "WEB-INF/lib/notes", page)));
        LibraryIndexes.add(war);
        Map<String, byte[]> all = entries(Files.readAllBytes(war));
        assertThat(all).containsOnlyKeys("index.html", LIBRARY, "WEB-INF/lib/notes");
        assertThat(all.get("index.html")).isEqualTo(page);
        Map<String, byte[]> library = entries(requireNonNull(all.get(LIBRARY)));
        assertThat(library).containsOnlyKeys("a/B.class", LibraryIndexes.INDEX);
        assertThat(library.get("a/B.class")).isEqualTo(code);
        byte[] index = requireNonNull(library.get(LibraryIndexes.INDEX));
        assertThat(new IndexReader(new ByteArrayInputStream(index)).read().getKnownClasses())
                .isEmpty();
        assertThat(directory).isDirectoryNotContaining(file -> !file.equals(war));
    }

    @Test
    void leaveAnIndexThatIsThere() throws IOException {
        byte[] own = {7};
        Path war =
                Files.write(directory.resolve("a.war"), zip(Map.of(LIBRARY, zip(Map.of(LibraryIndexes.INDEX, own)))));
        LibraryIndexes.add(war);
        byte[] library = requireNonNull(entries(Files.readAllBytes(war)).get(LIBRARY));
        assertThat(entries(library)).containsOnlyKeys(LibraryIndexes.INDEX);
        assertThat(entries(library).get(LibraryIndexes.INDEX)).isEqualTo(own);
    }

    private static byte[] zip(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static Map<String, byte[]> entries(byte[] zip) throws IOException {
        Map<String, byte[]> entries = new HashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (!entry.isDirectory()) {
                    entries.put(entry.getName(), in.readAllBytes());
                }
            }
        }
        return entries;
    }
}
