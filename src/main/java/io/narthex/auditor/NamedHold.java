package io.narthex.auditor;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A legal hold with a name. */
public record NamedHold(String name, Target target, String reason, Instant since) {
    /**
     * What is held: the closure of a pin, the closure of a path, else a cache, else all that a tenant's caches hold.
     *
     * @param cache its name; null: of each cache of the tenant
     * @param path base name of the path whose closure is held
     */
    public record Target(
            @Nullable String cache,
            @Nullable String pin,
            @Nullable String path) {}
}
