package io.narthex.cache;

import io.narthex.nix.signature.PublicKey;
import java.util.List;

/**
 * What a cache asks of every path that is promoted into it.
 *
 * @param requiredSignatures each must have signed it
 * @param minimumAgeHours since when it must be visible in the cache that it comes from
 */
public record Gates(List<PublicKey> requiredSignatures, int minimumAgeHours) {
    /** Everything may pass. */
    public static final Gates NONE = new Gates(List.of(), 0);

    public Gates {
        requiredSignatures = List.copyOf(requiredSignatures);
    }

    /** Whether something may pass these that could not pass the others. */
    boolean areLooserThan(Gates others) {
        return minimumAgeHours < others.minimumAgeHours || !requiredSignatures.containsAll(others.requiredSignatures);
    }

    /** As the API and the record have them. */
    GatesResponse toResponse() {
        return new GatesResponse(
                requiredSignatures.stream().map(PublicKey::toString).toList(), minimumAgeHours);
    }
}
