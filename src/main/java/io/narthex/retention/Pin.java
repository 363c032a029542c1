package io.narthex.retention;

import io.narthex.nix.store.StorePath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A name that keeps a path, and all that this needs, in a cache.
 *
 * @param id its row
 * @param newest its newest revision
 * @param version counts its changes
 */
public record Pin(long id, PinName name, PinSettings settings, Revision newest, long version, Instant createdAt) {
    /**
     * One of the paths that a pin has named.
     *
     * @param setBy public id of the token; null: the administrator's token file
     */
    public record Revision(
            int number,
            StorePath path,
            Instant setAt,
            @Nullable String setBy) {}

    String entityTag() {
        return "\"pin-" + id + "-" + version + "\"";
    }

    /** Whether it has stopped keeping anything. */
    public boolean isExpired(Instant now) {
        Instant end = settings.expiresAt();
        return end != null && !end.isAfter(now);
    }
}
