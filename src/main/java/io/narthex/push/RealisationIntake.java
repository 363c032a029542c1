package io.narthex.push;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.access.PushRight;
import io.narthex.cache.Cache;
import io.narthex.index.PathIndex;
import io.narthex.index.upload.DocumentKind;
import io.narthex.index.upload.UploadedDocuments;
import io.narthex.key.KeyRing;
import io.narthex.localstore.Realisation;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.narinfo.RealisationFingerprint;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.DerivationOutput;
import io.narthex.nix.store.StorePath;
import io.narthex.receive.PublishPolicy;
import io.narthex.receive.Refusal;
import io.narthex.receive.SignaturePolicy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Receives realisations, merges their signatures, and gives them back. Thread-safe. */
@ApplicationScoped
public class RealisationIntake {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Inject
    private DocumentIntake intake;

    @Inject
    private UploadedDocuments documents;

    @Inject
    private PathIndex index;

    @Inject
    private KeyRing ring;

    /**
     * Keeps a realisation, or adds signatures to the one that is there.
     *
     * @param name as in the URL
     * @param local what the machine's store says, where the {@linkplain Cache#whole whole cache} shows that
     * @return whether it is new
     * @throws RefusedException when it is not one, its path is not in the cache, or another path is known for it
     */
    public boolean put(PushRight right, DocumentKind kind, String name, Optional<Realisation> local, byte[] json) {
        return DocumentIntake.keep(right, now -> keep(now, kind, name, local, json));
    }

    private boolean keep(PushRight right, DocumentKind kind, String name, Optional<Realisation> local, byte[] json) {
        Cache cache = right.cache();
        SignaturePolicy policy = SignaturePolicy.of(cache, ring.of(cache));
        Realisation pushed = foreign(policy, kind, name, realisation(json));
        Cache whole = cache.whole();
        local.filter(known -> index.find(whole, known.outPath().hash()).isPresent())
                .ifPresent(known -> merged(known, pushed));
        String id = DocumentIntake.parse(json, "a realisation").path("id").asText();
        if (kind == DocumentKind.REALISATION && !id.isEmpty() && !id.equals(name)) {
            throw Refusal.MALFORMED.because("id is " + NixFormatException.quote(id) + ", the URL's is " + name);
        }
        if (index.find(whole, pushed.outPath().hash()).isEmpty()) {
            throw Refusal.MALFORMED.because(
                    "outPath " + pushed.outPath().baseName() + " is not in this cache: push it first");
        }
        return documents.merge(
                right.trusting(policy.required()),
                kind,
                name,
                text(pushed),
                known -> text(merged(realisation(known), pushed)));
    }

    private static Realisation merged(Realisation known, Realisation pushed) {
        if (!known.outPath().equals(pushed.outPath())) {
            throw PublishPolicy.conflict(
                    "outPath", known.outPath().baseName(), pushed.outPath().baseName());
        }
        if (!known.dependent().equals(pushed.dependent())) {
            throw PublishPolicy.conflict(
                    "dependentRealisations",
                    known.dependent().keySet().toString(),
                    pushed.dependent().keySet().toString());
        }
        TreeSet<String> all = new TreeSet<>(known.signatures());
        all.addAll(pushed.signatures());
        SignaturePolicy.limit(all.size());
        return new Realisation(known.outPath(), List.copyOf(all), known.dependent());
    }

    /** With the signatures that the cache keeps; those in the name of its own keys are made anew when it is asked for. */
    private static Realisation foreign(SignaturePolicy policy, DocumentKind kind, String name, Realisation pushed) {
        List<Signature> signatures =
                pushed.signatures().stream().map(Signature::parse).toList();
        List<String> kept = policy.keep(signatures, signed(kind, name, pushed)).stream()
                .map(Signature::toString)
                .toList();
        return new Realisation(pushed.outPath(), kept, pushed.dependent());
    }

    /** The realisation that was pushed, or the machine's store has; with the signatures of both where they agree. */
    public Optional<Realisation> find(Cache cache, DocumentKind kind, String name, Optional<Realisation> local) {
        Optional<Realisation> pushed = intake.find(cache, kind, name).map(d -> realisation(d.content()));
        if (local.isEmpty() || index.find(cache, local.get().outPath().hash()).isEmpty()) {
            return pushed;
        }
        return pushed.filter(p -> agree(local.get(), p))
                .map(p -> merged(local.get(), p))
                .or(() -> local);
    }

    /** Whether one of the keys has signed what is told of that output. */
    public static boolean isSignedBy(
            Collection<PublicKey> keys, DocumentKind kind, String name, Realisation realisation) {
        byte[] signed = signed(kind, name, realisation);
        return realisation.signatures().stream()
                .map(Signature::parse)
                .anyMatch(signature -> keys.stream().anyMatch(key -> key.verify(signed, signature)));
    }

    private static boolean agree(Realisation one, Realisation other) {
        return one.outPath().equals(other.outPath()) && one.dependent().equals(other.dependent());
    }

    private static byte[] signed(DocumentKind kind, String name, Realisation realisation) {
        if (kind == DocumentKind.REALISATION) {
            return RealisationFingerprint.of(
                    DerivationOutput.parse(name), realisation.outPath(), realisation.dependent());
        }
        int slash = name.indexOf('/');
        return RealisationFingerprint.of(
                StorePath.parseBaseName(name.substring(0, slash)), name.substring(slash + 1), realisation.outPath());
    }

    /**
     * What others tell of an output.
     *
     * @throws RefusedException where it is no realisation
     */
    public static Realisation realisation(byte[] json) {
        JsonNode object = DocumentIntake.parse(json, "a realisation");
        try {
            TreeMap<DerivationOutput, StorePath> dependent = new TreeMap<>();
            for (Map.Entry<String, JsonNode> one :
                    object.path("dependentRealisations").properties()) {
                dependent.put(
                        DerivationOutput.parse(one.getKey()),
                        StorePath.parseBaseName(one.getValue().asText()));
            }
            TreeSet<String> signatures = new TreeSet<>();
            for (JsonNode signature : object.path("signatures")) {
                signatures.add(signature(signature));
            }
            SignaturePolicy.limit(signatures.size());
            return new Realisation(
                    StorePath.parseBaseName(object.path("outPath").asText()), List.copyOf(signatures), dependent);
        } catch (NixFormatException e) {
            throw Refusal.MALFORMED.because("not a realisation: " + e.getMessage());
        }
    }

    /** Either form: {@code name:base64}, or an object of the two. */
    private static String signature(JsonNode node) {
        String text = node.isObject()
                ? node.path("keyName").asText() + ":" + node.path("sig").asText()
                : node.asText();
        return Signature.parse(text).toString();
    }

    private static byte[] text(Realisation realisation) {
        Map<String, String> dependent = new TreeMap<>();
        realisation.dependent().forEach((id, path) -> dependent.put(id.toString(), path.baseName()));
        try {
            return JSON.writeValueAsBytes(Map.of(
                    "outPath",
                    realisation.outPath().baseName(),
                    "dependentRealisations",
                    dependent,
                    "signatures",
                    realisation.signatures()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts in maps are JSON", e);
        }
    }
}
