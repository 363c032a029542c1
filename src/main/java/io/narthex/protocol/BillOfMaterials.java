package io.narthex.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.narthex.index.SignedPath;
import io.narthex.nix.store.PackageName;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Writes what a closure consists of, as JSON of CycloneDX 1.6 (ECMA-424). */
final class BillOfMaterials {
    private static final JsonFactory JSON = new JsonFactory();

    private BillOfMaterials() {}

    /**
     * Writes it as it goes.
     *
     * @param root whose closure it is
     * @param paths all of the closure that the cache has, the root among them
     */
    static void write(SignedPath root, Collection<SignedPath> paths, OutputStream out) throws IOException {
        Set<StorePath> there = paths.stream().map(SignedPath::path).collect(Collectors.toSet());
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("bomFormat", "CycloneDX");
            json.writeStringField("specVersion", "1.6");
            json.writeStringField("serialNumber", "urn:uuid:" + serial(root));
            json.writeNumberField("version", 1);
            json.writeObjectFieldStart("metadata");
            json.writeFieldName("component");
            component(json, root);
            json.writeEndObject();
            json.writeArrayFieldStart("components");
            for (SignedPath path : paths) {
                if (path != root) {
                    component(json, path);
                }
            }
            json.writeEndArray();
            json.writeArrayFieldStart("dependencies");
            for (SignedPath path : paths) {
                dependencies(json, path, there);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    /** The same for the same closure: what a path needs hangs on its hash. */
    private static UUID serial(SignedPath root) {
        String text = root.path().baseName() + " " + root.narHash();
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** No purl: nixpkgs' names of packages are not those of the projects that made them. */
    private static void component(JsonGenerator json, SignedPath path) throws IOException {
        PackageName name = PackageName.of(path.path());
        json.writeStartObject();
        json.writeStringField("type", "library");
        json.writeStringField("bom-ref", path.path().baseName());
        json.writeStringField("name", name.name());
        if (!name.version().isEmpty()) {
            json.writeStringField("version", name.version());
        }
        json.writeArrayFieldStart("hashes");
        json.writeStartObject();
        json.writeStringField("alg", "SHA-256");
        json.writeStringField("content", HexFormat.of().formatHex(path.narHash().bytes()));
        json.writeEndObject();
        json.writeEndArray();
        json.writeArrayFieldStart("properties");
        property(json, "nix:storePath", path.path().toString(path.facts().storeDir()));
        property(json, "nix:narSize", Long.toString(path.narSize()));
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void property(JsonGenerator json, String name, String value) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name);
        json.writeStringField("value", value);
        json.writeEndObject();
    }

    private static void dependencies(JsonGenerator json, SignedPath path, Set<StorePath> there) throws IOException {
        json.writeStartObject();
        json.writeStringField("ref", path.path().baseName());
        json.writeArrayFieldStart("dependsOn");
        for (StorePath reference : path.facts().references()) {
            if (!reference.equals(path.path()) && there.contains(reference)) {
                json.writeString(reference.baseName());
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
