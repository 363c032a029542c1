package io.narthex.index.upload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import io.narthex.nix.nar.NarNode;
import java.io.IOException;
import java.io.OutputStream;

/** Writes a listing in the JSON of {@code .ls} files (Nix: src/libutil/nar-listing.cc). */
public final class ListingJson {
    /** Deeper than any path that a file system takes. */
    private static final int DEPTH = 20_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamWriteConstraints(
                    StreamWriteConstraints.builder().maxNestingDepth(DEPTH).build())
            .build();

    private ListingJson() {}

    public static void write(NarNode root, OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("version", 1);
            json.writeFieldName("root");
            node(json, root);
            json.writeEndObject();
        }
    }

    private static void node(JsonGenerator json, NarNode node) throws IOException {
        json.writeStartObject();
        switch (node) {
            case NarNode.Directory d -> {
                json.writeStringField("type", "directory");
                json.writeObjectFieldStart("entries");
                for (NarNode.Entry entry : d.entries()) {
                    json.writeFieldName(entry.nameText());
                    node(json, entry.node());
                }
                json.writeEndObject();
            }
            case NarNode.Regular r -> {
                json.writeStringField("type", "regular");
                json.writeNumberField("size", r.size());
                if (r.executable()) {
                    json.writeBooleanField("executable", true);
                }
                json.writeNumberField("narOffset", r.narOffset());
            }
            case NarNode.Symlink s -> {
                json.writeStringField("type", "symlink");
                json.writeStringField("target", s.targetText());
            }
        }
        json.writeEndObject();
    }
}
