package io.narthex.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.index.SignedPath;
import io.narthex.nix.narinfo.ContentAddress;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.store.StorePath;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Locale;

/**
 * Writes narinfos as lines of JSON, with the path that each is about, and keeps those that were asked for lately. Thread-safe.
 * Nix: {@code nar-info} of version 2, in doc/manual/source/protocols/json/schema/store-object-info-v2.yaml.
 */
@ApplicationScoped
class NarInfoLines {
    private static final JsonFactory JSON = new JsonFactory();

    /** In bytes: some 20,000 lines. To write one takes six times as long as all else that is done for it. */
    private static final long MOST_KEPT = 16L << 20;

    /** What is kept besides the line, roughly. */
    private static final int OVERHEAD = 100;

    /** Most lines are shorter. */
    private static final int USUAL = 1 << 10;

    /** By the object: one that memory found anew, since it may say something else, is written anew. */
    private final Cache<SignedPath, byte[]> lines = Caffeine.newBuilder()
            .weakKeys()
            .maximumWeight(MOST_KEPT)
            .weigher((SignedPath path, byte[] line) -> line.length + OVERHEAD)
            .build();

    /** The line of a path, with its end; not to be changed by the caller. */
    byte[] of(SignedPath path) {
        return lines.get(path, NarInfoLines::write);
    }

    private static byte[] write(SignedPath path) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(USUAL);
        try (JsonGenerator json = JSON.createGenerator(line)) {
            write(path, json);
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toByteArray();
    }

    private static void write(SignedPath path, JsonGenerator json) throws IOException {
        NarInfo info = path.facts();
        json.writeStartObject();
        json.writeNumberField("version", 2);
        json.writeStringField("path", info.storePath().baseName());
        json.writeStringField("storeDir", info.storeDir().path());
        json.writeStringField("url", info.url());
        json.writeStringField("compression", info.compression());
        json.writeStringField(
                "downloadHash", info.fileHash().orElse(info.narHash()).toSri());
        json.writeNumberField("downloadSize", info.fileSize().orElse(info.narSize()));
        json.writeStringField("narHash", info.narHash().toSri());
        json.writeNumberField("narSize", info.narSize());
        texts(
                json,
                "references",
                info.references().stream().map(StorePath::baseName).toList());
        json.writeStringField("deriver", info.deriver().map(StorePath::baseName).orElse(null));
        texts(json, "signatures", path.signatures());
        json.writeFieldName("ca");
        address(json, info);
        // these are about a store on a machine, which a cache is not
        json.writeNullField("registrationTime");
        json.writeNullField("lastUsageTime");
        json.writeBooleanField("ultimate", false);
        json.writeEndObject();
    }

    private static void address(JsonGenerator json, NarInfo info) throws IOException {
        if (info.contentAddress().isEmpty()) {
            json.writeNull();
            return;
        }
        ContentAddress address = ContentAddress.parse(info.contentAddress().get());
        json.writeStartObject();
        json.writeStringField("method", address.method().name().toLowerCase(Locale.ROOT));
        json.writeStringField("hash", address.hash().toSri());
        json.writeEndObject();
    }

    private static void texts(JsonGenerator json, String name, Collection<String> all) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : all) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
