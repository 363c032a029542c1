package io.narthex.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import io.narthex.index.upload.DocumentKind;
import io.narthex.localstore.Realisation;
import io.narthex.localstore.Realisations;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.narinfo.RealisationFingerprint;
import io.narthex.nix.store.DerivationOutput;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** How a URL names an output of a derivation. Nix has changed that, and with it what the JSON says and what is signed. */
sealed interface OutputName {
    /** Among which documents a pushed one is kept. */
    DocumentKind kind();

    /** What it is called there, as in the URL. */
    String text();

    /** Its URL below a cache. */
    String url();

    /** What this machine's Nix registered for it. */
    Optional<Realisation> find(Realisations local);

    byte[] fingerprint(Realisation realisation);

    /** Writes the JSON fields that only this form has. */
    void writeFields(JsonGenerator json, Realisation realisation) throws IOException;

    /** By the hash of the derivation: Nix of 2.4 to 2.34. */
    record ByHash(DerivationOutput id) implements OutputName {
        static ByHash parse(String id) {
            try {
                return new ByHash(DerivationOutput.parse(id));
            } catch (NixFormatException e) {
                throw Responses.malformed(
                        "The id of a realisation must be sha256:{64 hexadecimal digits}!{output}", id);
            }
        }

        @Override
        public DocumentKind kind() {
            return DocumentKind.REALISATION;
        }

        @Override
        public String text() {
            return id.toString();
        }

        @Override
        public String url() {
            return "realisations/" + id + ".doi";
        }

        @Override
        public Optional<Realisation> find(Realisations local) {
            return local.find(id);
        }

        @Override
        public byte[] fingerprint(Realisation realisation) {
            return RealisationFingerprint.of(id, realisation.outPath(), realisation.dependent());
        }

        @Override
        public void writeFields(JsonGenerator json, Realisation realisation) throws IOException {
            json.writeObjectFieldStart("dependentRealisations");
            for (Map.Entry<DerivationOutput, StorePath> dependent :
                    realisation.dependent().entrySet()) {
                json.writeStringField(
                        dependent.getKey().toString(), dependent.getValue().baseName());
            }
            json.writeEndObject();
            json.writeStringField("id", id.toString());
        }
    }

    /** By the derivation's path: Nix of 2.35 and later. */
    record ByPath(StorePath derivation, String output) implements OutputName {
        static ByPath parse(String derivation, String output) {
            StorePath path = Responses.derivation(derivation);
            if (!StorePath.isName(output)) {
                throw Responses.malformed("The name of an output must be letters, digits and +-._?=", output);
            }
            return new ByPath(path, output);
        }

        @Override
        public DocumentKind kind() {
            return DocumentKind.BUILD_TRACE;
        }

        @Override
        public String text() {
            return derivation.baseName() + "/" + output;
        }

        @Override
        public String url() {
            return "build-trace-v2/" + text() + ".doi";
        }

        @Override
        public Optional<Realisation> find(Realisations local) {
            return local.find(derivation, output);
        }

        @Override
        public byte[] fingerprint(Realisation realisation) {
            return RealisationFingerprint.of(derivation, output, realisation.outPath());
        }

        @Override
        public void writeFields(JsonGenerator json, Realisation realisation) {
            // the value alone: the URL says the rest
        }
    }
}
