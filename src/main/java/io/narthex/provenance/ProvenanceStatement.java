package io.narthex.provenance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.JsonResolver;
import io.narthex.key.KeyRing;
import io.narthex.nix.signature.Signature;
import io.narthex.trust.Provenance;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Says in the words of in-toto and SLSA which build pushed a path. It claims what was seen here, a push by a checked identity,
 * and nothing of how the path was built.
 */
final class ProvenanceStatement {
    /** DSSE 1.0, protocol.md. */
    private static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

    /** What the fields of this predicate mean: src/docs/ci.md. */
    private static final String BUILD_TYPE = "urn:narthex:build-type:push-by-checked-identity:v1";

    private static final ObjectMapper JSON = new JsonResolver().getContext(ObjectMapper.class);

    private final byte[] payload;

    private ProvenanceStatement(byte[] payload) {
        this.payload = payload;
    }

    /** A signed envelope (DSSE 1.0, envelope.md). */
    record Envelope(String payloadType, String payload, List<SignatureOfKey> signatures) {}

    /**
     * One signature of an envelope.
     *
     * @param keyid the name of the cache's key
     * @param sig 64 bytes of Ed25519, in base64
     */
    record SignatureOfKey(String keyid, String sig) {}

    /**
     * Of a path in a cache.
     *
     * @param cache {@code tenant/cache}
     */
    static ProvenanceStatement of(Provenances.PushedPath path, String cache) {
        Map<String, Object> statement = new LinkedHashMap<>();
        statement.put("_type", "https://in-toto.io/Statement/v1");
        statement.put("subject", List.of(Map.of("name", path.path(), "digest", Map.of("sha256", path.narHash()))));
        statement.put("predicateType", "https://slsa.dev/provenance/v1");
        statement.put("predicate", predicate(path, cache));
        try {
            return new ProvenanceStatement(JSON.writeValueAsBytes(statement));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts are always JSON", e);
        }
    }

    private static Map<String, Object> predicate(Provenances.PushedPath path, String cache) {
        Provenance origin = path.provenance();
        Map<String, Object> external = new LinkedHashMap<>();
        put(external, "repository", origin.repository());
        put(external, "commit", origin.commit());
        put(external, "ref", origin.ref());
        put(external, "workflow", origin.workflow());
        put(external, "run", origin.run());
        external.put("claims", new TreeMap<>(origin.claims()));
        Map<String, Object> internal = new LinkedHashMap<>();
        internal.put("cache", cache);
        internal.put("trust", origin.trust());
        internal.put("token", path.token());
        internal.put("pushedAt", path.pushedAt().toString());
        Map<String, Object> definition = new LinkedHashMap<>();
        definition.put("buildType", BUILD_TYPE);
        definition.put("externalParameters", external);
        definition.put("internalParameters", internal);
        Map<String, Object> run = new LinkedHashMap<>();
        // whoever vouched for the claims; the server that signs has built nothing
        run.put("builder", Map.of("id", origin.issuer()));
        if (origin.run() != null) {
            run.put("metadata", Map.of("invocationId", origin.run()));
        }
        Map<String, Object> predicate = new LinkedHashMap<>();
        predicate.put("buildDefinition", definition);
        predicate.put("runDetails", run);
        return predicate;
    }

    private static void put(Map<String, Object> map, String name, @Nullable Object value) {
        if (value != null) {
            map.put(name, value);
        }
    }

    /** Signed by each of the keys. */
    Envelope sign(List<KeyRing.Member> keys) {
        byte[] signed = encoded();
        List<SignatureOfKey> signatures = new ArrayList<>();
        for (KeyRing.Member key : keys) {
            Signature signature = key.sign(signed);
            signatures.add(
                    new SignatureOfKey(signature.keyName(), Base64.getEncoder().encodeToString(signature.bytes())));
        }
        return new Envelope(PAYLOAD_TYPE, Base64.getEncoder().encodeToString(payload), signatures);
    }

    /** What is signed (DSSE 1.0, protocol.md: PAE): no signature of a path can be taken for one of a statement. */
    private byte[] encoded() {
        byte[] head = ("DSSEv1 " + PAYLOAD_TYPE.length() + " " + PAYLOAD_TYPE + " " + payload.length + " ")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + payload.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(payload, 0, all, head.length, payload.length);
        return all;
    }
}
