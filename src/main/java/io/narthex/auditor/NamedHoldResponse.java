package io.narthex.auditor;

import io.narthex.nix.store.StoreDir;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The JSON that describes a legal hold with a name. */
record NamedHoldResponse(
        String name,
        @Nullable String cache,
        @Nullable String pin,
        @Nullable String path,
        String reason,
        Instant since) {
    static NamedHoldResponse of(NamedHold hold) {
        String path = hold.target().path();
        return new NamedHoldResponse(
                hold.name(),
                hold.target().cache(),
                hold.target().pin(),
                path == null ? null : StoreDir.DEFAULT + "/" + path,
                hold.reason(),
                hold.since());
    }
}
