package io.narthex.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.index.PathIndex;
import io.narthex.key.KeyRing;
import io.narthex.localstore.Realisation;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.DerivationOutput;
import io.narthex.nix.store.StorePath;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The JSON of a realisation, signed by every key that signs now. */
@ApplicationScoped
class RealisationResponse {
    private static final JsonFactory JSON = new JsonFactory();

    @Inject
    private PathIndex index;

    @Inject
    private KeyRing ring;

    @Inject
    private RequestedCache requested;

    /** A realisation says something only about a path that is offered. */
    Realisation offered(Optional<Realisation> found) {
        Cache cache = requested.get();
        return found.filter(r -> index.find(cache, r.outPath().hash()).isPresent())
                .orElseThrow(AbsentPath::problem);
    }

    /** As Nix of 2.4 to 2.34 reads it. */
    byte[] json(DerivationOutput id, Realisation realisation, byte[] fingerprint) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeObjectFieldStart("dependentRealisations");
            for (Map.Entry<DerivationOutput, StorePath> dependent :
                    realisation.dependent().entrySet()) {
                json.writeStringField(
                        dependent.getKey().toString(), dependent.getValue().baseName());
            }
            json.writeEndObject();
            json.writeStringField("id", id.toString());
            finish(json, realisation, fingerprint);
        }
        return text.toByteArray();
    }

    /** As Nix of 2.35 and later reads it: the value alone. */
    byte[] json(Realisation realisation, byte[] fingerprint) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            finish(json, realisation, fingerprint);
        }
        return text.toByteArray();
    }

    private void finish(JsonGenerator json, Realisation realisation, byte[] fingerprint) throws IOException {
        json.writeStringField("outPath", realisation.outPath().baseName());
        json.writeArrayFieldStart("signatures");
        KeyRing.Ring keys = ring.of(requested.get());
        TreeSet<String> signatures = new TreeSet<>();
        List<Signature> others =
                realisation.signatures().stream().map(Signature::parse).toList();
        keys.foreign(others, fingerprint).forEach(other -> signatures.add(other.toString()));
        keys.members().forEach(key -> signatures.add(key.sign(fingerprint).toString()));
        for (String signature : signatures) {
            json.writeString(signature);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
