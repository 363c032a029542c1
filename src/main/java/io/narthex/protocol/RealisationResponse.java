package io.narthex.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.index.PathIndex;
import io.narthex.key.KeyRing;
import io.narthex.localstore.Realisation;
import io.narthex.nix.signature.Signature;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Writes the JSON of a realisation, signed by every key that signs now. */
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
    Optional<Realisation> offered(Optional<Realisation> found) {
        Cache cache = requested.get();
        return found.filter(r -> index.find(cache, r.outPath().hash()).isPresent());
    }

    /** As the Nix reads it that names outputs so. */
    byte[] json(OutputName name, Realisation realisation) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            name.writeFields(json, realisation);
            json.writeStringField("outPath", realisation.outPath().baseName());
            json.writeArrayFieldStart("signatures");
            for (String signature : signatures(realisation, name.fingerprint(realisation))) {
                json.writeString(signature);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toByteArray();
    }

    private SortedSet<String> signatures(Realisation realisation, byte[] fingerprint) {
        KeyRing.Ring keys = ring.of(requested.get());
        TreeSet<String> signatures = new TreeSet<>();
        List<Signature> others =
                realisation.signatures().stream().map(Signature::parse).toList();
        keys.foreign(others, fingerprint).forEach(other -> signatures.add(other.toString()));
        keys.members().forEach(key -> signatures.add(key.sign(fingerprint).toString()));
        return signatures;
    }
}
