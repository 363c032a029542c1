package io.narthex.upstream;

import io.narthex.nix.signature.PublicKey;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that describes an upstream.
 *
 * @param hasCredentials whether it is asked with some; they are told to nobody
 */
record UpstreamResponse(
        String name,
        String url,
        List<String> trustedPublicKeys,
        boolean required,
        String mode,
        List<String> allow,
        List<String> deny,
        List<String> offeredTo,
        boolean publish,
        boolean hasCredentials,
        int negativeSeconds,
        @Nullable Long maxNarBytes,
        List<String> redirectHosts,
        int lookupMillis,
        int connectMillis,
        int stallSeconds,
        Instant createdAt) {
    static UpstreamResponse of(StoredUpstream stored) {
        Upstream upstream = stored.upstream();
        UpstreamSettings settings = UpstreamSettings.of(upstream);
        return new UpstreamResponse(
                upstream.name(),
                settings.url().toString(),
                settings.keys().stream().map(PublicKey::toString).toList(),
                settings.required(),
                settings.mode(),
                settings.allow(),
                settings.deny(),
                settings.offeredTo(),
                settings.publish(),
                upstream.hasCredentials(),
                settings.negativeSeconds(),
                settings.maxNarBytes(),
                settings.redirectHosts(),
                settings.lookupMillis(),
                settings.connectMillis(),
                settings.stallSeconds(),
                stored.createdAt());
    }
}
