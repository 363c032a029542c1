package io.narthex.index.search;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds in a path what people look for it by: what stands in {@code bin} and {@code sbin}, and libraries in {@code lib}. */
final class ProgramNames {
    /** Characters of all names of one path; the table bounds them too. Nearly every path has a tenth of it. */
    private static final int MOST = 4_000;

    private static final Set<String> PROGRAMS = Set.of("bin", "sbin");
    private static final String LIBRARIES = "lib";

    /** Names with other characters are nobody's to type. */
    private static final Pattern NAME = Pattern.compile("[0-9A-Za-z+._?=@:,~\\[-]{1,100}");

    private static final Pattern LIBRARY = Pattern.compile("lib.*\\.(so|dylib)(\\..*)?");

    /** Of one directory of a store; what has more has more names than the table takes. */
    private static final int LOOKED_AT = 20_000;

    /** Each level of directories, of which the format allows thousands, is two of JSON's. */
    private static final int DEPTH = 50_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final Set<String> names = new TreeSet<>();
    private int length = 1;

    private ProgramNames() {}

    private interface Field {
        /** Its value begins at the parser's token, and has ended when this returns. */
        void take(String name) throws IOException;
    }

    /**
     * The names, each once and with a slash before and behind it; empty where there are none.
     *
     * @param listing JSON as {@link io.narthex.index.upload.ListingJson} writes it; it is read through and not held
     */
    static String of(InputStream listing) throws IOException {
        ProgramNames found = new ProgramNames();
        try (JsonParser json = JSON.createParser(listing)) {
            json.nextToken();
            found.named(json, "root", () -> found.entries(json, directory -> found.directory(json, directory)));
        }
        return found.text();
    }

    /**
     * The same of a path that lies on this machine. No link is followed.
     *
     * @throws IOException where a directory of it cannot be read; one that is not there has no names
     */
    static String in(Path path) throws IOException {
        ProgramNames found = new ProgramNames();
        if (isDirectory(path)) {
            for (String directory : List.of("bin", LIBRARIES, "sbin")) {
                found.directory(path.resolve(directory), PROGRAMS.contains(directory));
            }
        }
        return found.text();
    }

    private static boolean isDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private void directory(Path directory, boolean hasPrograms) throws IOException {
        if (!isDirectory(directory)) {
            return;
        }
        try (Stream<Path> children = Files.list(directory)) {
            children.limit(LOOKED_AT)
                    .map(child -> child.getFileName().toString())
                    .filter(name -> hasPrograms || LIBRARY.matcher(name).matches())
                    .sorted()
                    .forEach(this::add);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private String text() {
        return names.isEmpty() ? "" : "/" + String.join("/", names) + "/";
    }

    private interface Value {
        void take() throws IOException;
    }

    /** Goes through an object to its end, and takes one field. */
    private void named(JsonParser json, String name, Value value) throws IOException {
        fields(json, field -> {
            if (field.equals(name)) {
                value.take();
            } else {
                json.skipChildren();
            }
        });
    }

    private static void fields(JsonParser json, Field field) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new IOException("a listing is not what it should be");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            field.take(name);
        }
    }

    /** What stands in a directory; of a file or link nothing does. */
    private void entries(JsonParser json, Field entry) throws IOException {
        named(json, "entries", () -> fields(json, entry));
    }

    private void directory(JsonParser json, String directory) throws IOException {
        boolean hasPrograms = PROGRAMS.contains(directory);
        if (!hasPrograms && !directory.equals(LIBRARIES)) {
            json.skipChildren();
            return;
        }
        entries(json, name -> {
            if (hasPrograms || LIBRARY.matcher(name).matches()) {
                add(name);
            }
            json.skipChildren();
        });
    }

    private void add(String name) {
        if (NAME.matcher(name).matches() && length + name.length() < MOST && names.add(name)) {
            length += name.length() + 1;
        }
    }
}
