package io.narthex.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.narthex.index.SignedPath;
import io.narthex.nix.narinfo.ContentAddress;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collection;
import java.util.Locale;

/**
 * Writes narinfos as lines of JSON, with the path that each is about. Nix: {@code nar-info} of version 2, in
 * doc/manual/source/protocols/json/schema/store-object-info-v2.yaml.
 */
final class NarInfoLines implements AutoCloseable {
    private static final JsonFactory JSON = new JsonFactory()
            .disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    private final JsonGenerator json;

    NarInfoLines(OutputStream out) throws IOException {
        json = JSON.createGenerator(out).setPrettyPrinter(new MinimalPrettyPrinter("\n"));
    }

    void write(SignedPath path) throws IOException {
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
        texts("references", info.references().stream().map(StorePath::baseName).toList());
        json.writeStringField("deriver", info.deriver().map(StorePath::baseName).orElse(null));
        texts("signatures", path.signatures());
        json.writeFieldName("ca");
        address(info);
        // these are about a store on a machine, which a cache is not
        json.writeNullField("registrationTime");
        json.writeNullField("lastUsageTime");
        json.writeBooleanField("ultimate", false);
        json.writeEndObject();
    }

    private void address(NarInfo info) throws IOException {
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

    private void texts(String name, Collection<String> all) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : all) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /** Ends the last line. */
    void end() throws IOException {
        if (json.getOutputContext().getEntryCount() > 0) {
            json.writeRaw('\n');
        }
        json.flush();
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
