package io.narthex.index.upload;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that describes one path, with where it came from and who signed it.
 *
 * @param indexedFrom the name of the Nix store in which it lies; null where it was pushed
 * @param signatures ours, by the keys that sign now
 */
public record PathDetail(
        @JsonUnwrapped PathResponse path, @Nullable String indexedFrom, List<SignatureResponse> signatures) {
    /**
     * One signature of ours.
     *
     * @param key the name of the key
     * @param signature in Nix's form
     * @param claim what it says: {@code received} or {@code local-store}
     */
    public record SignatureResponse(String key, String signature, String claim, Instant signedAt) {}
}
