package io.narthex.build;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.jandex.IndexWriter;
import org.jboss.jandex.Indexer;

/**
 * Gives each library of a WAR an index of annotations that is empty. WildFly looks at every class of a library that has none, at
 * each start: there are 17,000, and none of them has an annotation that means something to it. Reasons: ADR 055.
 */
final class LibraryIndexes {
    /** Where WildFly looks for it in each JAR of a deployment. */
    static final String INDEX = "META-INF/jandex.idx";

    private LibraryIndexes() {}

    /**
     * Changes a WAR.
     *
     * @param args the file
     */
    public static void main(String[] args) throws IOException {
        add(Path.of(args[0]));
    }

    /** Changes the libraries that have no index yet. */
    static void add(Path war) throws IOException {
        Path directory = Files.createTempDirectory(war.toAbsolutePath().getParent(), "libraries");
        try (FileSystem files = FileSystems.newFileSystem(war)) {
            for (Path library : libraries(files)) {
                Path copy = directory.resolve(library.getFileName().toString());
                Files.copy(library, copy);
                if (index(copy)) {
                    Files.copy(copy, library, StandardCopyOption.REPLACE_EXISTING);
                }
                Files.delete(copy);
            }
        } finally {
            Files.delete(directory);
        }
    }

    private static List<Path> libraries(FileSystem war) throws IOException {
        try (Stream<Path> all = Files.list(war.getPath("WEB-INF", "lib"))) {
            return all.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }

    private static boolean index(Path library) throws IOException {
        try (FileSystem files = FileSystems.newFileSystem(library)) {
            Path index = files.getPath(INDEX);
            if (Files.exists(index)) {
                return false;
            }
            Files.createDirectories(index.getParent());
            try (OutputStream out = Files.newOutputStream(index)) {
                new IndexWriter(out).write(new Indexer().complete());
            }
            return true;
        }
    }
}
