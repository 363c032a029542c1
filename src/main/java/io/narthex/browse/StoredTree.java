package io.narthex.browse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.narthex.nix.nar.NameText;
import io.narthex.transfer.Coding;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds a file inside an uploaded path by the listing of its NAR, without ever leaving the path. The listing is read
 * through for each link on the way and never held: one of half a million files would be 200 MB of objects.
 */
final class StoredTree {
    /** Linux gives up after as many links (path_resolution(7)); each link and each {@code ..} in one costs a reading. */
    private static final int READINGS = 40;
    /** Each level of directories, of which the format allows thousands, is two of JSON's. */
    private static final int DEPTH = 50_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final byte[] listing;
    private final String logicalRoot;

    /**
     * The tree of a listing.
     *
     * @param listing as {@link io.narthex.index.upload.ListingJson} writes it, in zstd
     * @param logicalRoot the path as links inside it would name it
     */
    StoredTree(byte[] listing, String logicalRoot) {
        this.listing = listing;
        this.logicalRoot = logicalRoot;
    }

    /** What stands in the tree. */
    sealed interface Node {
        record Directory() implements Node {}

        /**
         * A file.
         *
         * @param size in bytes
         * @param narOffset where in the NAR its bytes begin
         */
        record Regular(long size, long narOffset) implements Node {}

        record Symlink(String target) implements Node {}
    }

    /**
     * What names led to.
     *
     * @param names where it stands, without links, as the listing has them
     * @param node never a link
     */
    record Found(List<String> names, Node node) {}

    /** A node on the way, and how many of the names lead to it. */
    private record Step(int depth, Node node) {}

    /** Empty when there is no such file, or a link on the way leads out of the path. */
    Optional<Found> find(List<byte[]> asked) throws IOException {
        Deque<String> rest = new ArrayDeque<>();
        asked.forEach(name -> rest.add(NameText.of(name)));
        List<String> here = new ArrayList<>();
        for (int reading = 0; reading <= READINGS; reading++) {
            takeNames(rest, here);
            Step step = look(here);
            if (step == null) {
                return Optional.empty();
            }
            if (step.node instanceof Node.Symlink link) {
                if (step.depth == 0 || !follow(link.target, step.depth, here, rest)) {
                    return Optional.empty();
                }
            } else if (rest.isEmpty()) {
                return Optional.of(new Found(List.copyOf(here), step.node));
            } else {
                rest.remove(); // ".."
                if (here.isEmpty() || !(step.node instanceof Node.Directory)) {
                    return Optional.empty();
                }
                here.removeLast();
            }
        }
        return Optional.empty();
    }

    /** Up to the next {@code ..}, before which a link would have to be followed. */
    private static void takeNames(Deque<String> rest, List<String> here) {
        for (String next = rest.peek(); next != null && !next.equals(".."); next = rest.peek()) {
            rest.remove();
            if (!next.isEmpty() && !next.equals(".")) {
                here.add(next);
            }
        }
    }

    /** False when the target lies outside. */
    private boolean follow(String target, int depth, List<String> here, Deque<String> rest) {
        boolean absolute = target.startsWith("/");
        if (absolute && !target.equals(logicalRoot) && !target.startsWith(logicalRoot + "/")) {
            return false;
        }
        List<String> behind = here.subList(depth, here.size());
        behind.reversed().forEach(rest::push);
        String inside = absolute ? target.substring(logicalRoot.length()) : target;
        List.of(inside.split("/", -1)).reversed().forEach(rest::push);
        here.subList(absolute ? 0 : depth - 1, here.size()).clear();
        return true;
    }

    /** The first link on the way, or what the names lead to; null where that is nothing. */
    private @Nullable Step look(List<String> names) throws IOException {
        try (JsonParser json = open()) {
            int depth = 0;
            Node node = node(json);
            while (depth < names.size() && node instanceof Node.Directory) {
                String name = names.get(depth);
                if (!seek(json, name)) {
                    return null;
                }
                node = node(json);
                depth++;
            }
            return depth == names.size() || node instanceof Node.Symlink ? new Step(depth, node) : null;
        }
    }

    /** What stands in a directory; of very many the first. */
    DirectoryEntries entries(Found directory) throws IOException {
        DirectoryEntries.Builder all = new DirectoryEntries.Builder();
        try (JsonParser json = open()) {
            node(json);
            for (String name : directory.names) {
                if (!seek(json, name)) {
                    throw new IOException("a listing is not what it was");
                }
                node(json);
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (all.isFull()) {
                    json.skipChildren();
                    all.leaveOut();
                } else {
                    all.add(entry(name, json));
                }
            }
        }
        return all.build();
    }

    /** Before the root. */
    private JsonParser open() throws IOException {
        JsonParser json = JSON.createParser(Coding.unzstd(listing));
        try {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME && json.currentName().equals("root")) {
                    json.nextToken();
                    return json;
                }
            }
            throw new IOException("a listing has no root");
        } catch (IOException | RuntimeException e) {
            json.close();
            throw e;
        }
    }

    /**
     * Reads the node whose object has begun: to its end, or, of a directory, to where its entries begin.
     */
    private static Node node(JsonParser json) throws IOException {
        String type = "";
        String target = "";
        long size = 0;
        long narOffset = 0;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "type" -> type = json.getText();
                case "size" -> size = json.getLongValue();
                case "narOffset" -> narOffset = json.getLongValue();
                case "target" -> target = json.getText();
                case "entries" -> {
                    return new Node.Directory();
                }
                default -> json.skipChildren();
            }
        }
        return type.equals("symlink") ? new Node.Symlink(target) : new Node.Regular(size, narOffset);
    }

    /** Goes on to the node of that name among the entries that have begun. */
    private static boolean seek(JsonParser json, String name) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean found = json.currentName().equals(name);
            json.nextToken();
            if (found) {
                return true;
            }
            json.skipChildren();
        }
        return false;
    }

    private static DirectoryEntries.Entry entry(String name, JsonParser json) throws IOException {
        DirectoryEntries.Type type = DirectoryEntries.Type.REGULAR;
        long size = 0;
        boolean executable = false;
        String target = "";
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "size" -> size = json.getLongValue();
                case "executable" -> executable = json.getBooleanValue();
                case "target" -> {
                    type = DirectoryEntries.Type.SYMLINK;
                    target = json.getText();
                }
                case "entries" -> {
                    type = DirectoryEntries.Type.DIRECTORY;
                    json.skipChildren();
                }
                default -> json.skipChildren();
            }
        }
        return new DirectoryEntries.Entry(name, UrlNames.escape(NameText.bytes(name)), type, size, executable, target);
    }
}
