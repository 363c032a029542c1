package io.narthex.retention;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.narthex.nix.store.StoreDir;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of a pin.
 *
 * @param path of the newest revision
 * @param revisions the newest first; in a list of pins only that one
 */
record PinResponse(
        String name,
        String path,
        int revision,
        String note,
        int keepRevisions,
        @Nullable Integer keepDays,
        @Nullable Instant expiresAt,
        @JsonProperty("protected") boolean isProtected,
        Instant createdAt,
        List<RevisionResponse> revisions) {
    record RevisionResponse(
            int revision,
            String path,
            Instant setAt,
            @Nullable String setBy) {}

    static PinResponse of(Pin pin, List<Pin.Revision> revisions, StoreDir storeDir) {
        PinSettings settings = pin.settings();
        return new PinResponse(
                pin.name().text(),
                pin.newest().path().toString(storeDir),
                pin.newest().number(),
                settings.note(),
                settings.keepRevisions(),
                settings.keepDays(),
                settings.expiresAt(),
                settings.isProtected(),
                pin.createdAt(),
                revisions.stream()
                        .map(r -> new RevisionResponse(r.number(), r.path().toString(storeDir), r.setAt(), r.setBy()))
                        .toList());
    }
}
