package io.narthex.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds a file in the listing of a NAR, as {@link PathFiles} does on a disk: without ever leaving the path. */
final class StoredTree {
    /** Linux gives up after as many (path_resolution(7)). */
    private static final int LINKS = 40;
    /** Deeper than any path that a file system takes; each level is two of JSON's. */
    private static final int DEPTH = 20_000;

    /** Stands in listings for bytes that are no UTF-8: several names may have become one. */
    private static final char UNREADABLE = '\uFFFD';

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build());

    private final JsonNode root;
    private final String logicalRoot;

    private StoredTree(JsonNode root, String logicalRoot) {
        this.root = root;
        this.logicalRoot = logicalRoot;
    }

    /**
     * The tree of a listing.
     *
     * @param logicalRoot the path as links inside it would name it
     */
    static StoredTree of(byte[] listing, String logicalRoot) throws IOException {
        return new StoredTree(JSON.readTree(listing).path("root"), logicalRoot);
    }

    /** Empty when there is no such file, or a link on the way leads out of the path. What is found is never a link. */
    Optional<JsonNode> find(List<byte[]> names) {
        Deque<String> rest = new ArrayDeque<>();
        names.forEach(name -> rest.add(new String(name, StandardCharsets.UTF_8)));
        Deque<JsonNode> directories = new ArrayDeque<>();
        JsonNode here = root;
        int links = 0;
        while (true) {
            if (here.path("type").asText().equals("symlink")) {
                String target = here.path("target").asText();
                if (++links > LINKS || directories.isEmpty()) {
                    return Optional.empty();
                }
                if (target.startsWith("/")) {
                    if (!target.equals(logicalRoot) && !target.startsWith(logicalRoot + "/")) {
                        return Optional.empty();
                    }
                    directories.clear();
                    push(rest, target.substring(logicalRoot.length()));
                    here = root;
                } else {
                    push(rest, target);
                    here = directories.pop();
                }
                continue;
            }
            String next = rest.poll();
            if (next == null) {
                return Optional.of(here);
            }
            if (next.indexOf(UNREADABLE) >= 0) {
                return Optional.empty();
            }
            if (next.equals("..")) {
                if (directories.isEmpty()) {
                    return Optional.empty();
                }
                here = directories.pop();
            } else if (!next.isEmpty() && !next.equals(".")) {
                JsonNode child = here.path("entries").get(next);
                if (child == null) {
                    return Optional.empty();
                }
                directories.push(here);
                here = child;
            }
        }
    }

    private static void push(Deque<String> rest, String path) {
        List.of(path.split("/", -1)).reversed().forEach(rest::push);
    }

    /** What stands in a directory. */
    static DirectoryEntries entries(JsonNode directory) {
        List<DirectoryEntries.Entry> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : directory.path("entries").properties()) {
            JsonNode node = entry.getValue();
            all.add(new DirectoryEntries.Entry(
                    entry.getKey(),
                    UrlNames.escape(entry.getKey().getBytes(StandardCharsets.UTF_8)),
                    switch (node.path("type").asText()) {
                        case "directory" -> DirectoryEntries.Type.DIRECTORY;
                        case "symlink" -> DirectoryEntries.Type.SYMLINK;
                        default -> DirectoryEntries.Type.REGULAR;
                    },
                    node.path("size").asLong(),
                    node.path("executable").asBoolean(),
                    node.path("target").asText()));
        }
        return new DirectoryEntries(all);
    }
}
