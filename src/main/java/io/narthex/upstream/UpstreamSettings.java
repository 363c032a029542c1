package io.narthex.upstream;

import io.narthex.nix.signature.PublicKey;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All settings of one upstream but its credentials. */
record UpstreamSettings(
        URI url,
        List<PublicKey> keys,
        boolean required,
        boolean keep,
        List<String> allow,
        List<String> deny,
        List<String> offeredTo,
        boolean publish,
        int negativeSeconds,
        @Nullable Long maxNarBytes,
        List<String> redirectHosts,
        int lookupMillis,
        int connectMillis,
        int stallSeconds) {
    UpstreamSettings {
        keys = List.copyOf(keys);
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        offeredTo = List.copyOf(offeredTo);
        redirectHosts = List.copyOf(redirectHosts);
    }

    static UpstreamSettings of(Upstream upstream) {
        return new UpstreamSettings(
                upstream.url(),
                upstream.keys(),
                upstream.required(),
                upstream.keep(),
                upstream.allow(),
                upstream.deny(),
                upstream.offeredTo().stream().sorted().toList(),
                upstream.publish(),
                (int) upstream.negative().toSeconds(),
                upstream.maxNarBytes().isPresent() ? upstream.maxNarBytes().getAsLong() : null,
                upstream.redirectHosts().stream().sorted().toList(),
                (int) upstream.lookup().toMillis(),
                (int) upstream.connect().toMillis(),
                (int) upstream.stall().toSeconds());
    }

    String mode() {
        return keep ? "keep" : "stream";
    }

    /** For the record: as the API has them. */
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("url", url.toString());
        facts.put("trustedPublicKeys", keys.stream().map(PublicKey::toString).toList());
        facts.put("required", required);
        facts.put("mode", mode());
        facts.put("allow", allow);
        facts.put("deny", deny);
        facts.put("offeredTo", offeredTo);
        facts.put("publish", publish);
        facts.put("negativeSeconds", negativeSeconds);
        facts.put("maxNarBytes", maxNarBytes == null ? "of the server" : maxNarBytes);
        facts.put("redirectHosts", redirectHosts);
        facts.put("lookupMillis", lookupMillis);
        facts.put("connectMillis", connectMillis);
        facts.put("stallSeconds", stallSeconds);
        return facts;
    }
}
