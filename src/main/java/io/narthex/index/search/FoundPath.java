package io.narthex.index.search;

import io.narthex.nix.store.StorePath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A path that a search found.
 *
 * @param narSize in bytes
 * @param since when it was published, or indexed where the machine's Nix store has it
 * @param lastUsed when somebody last fetched it, to a day; null where that is not noted: for paths of the machine's store
 */
public record FoundPath(
        StorePath path,
        long narSize,
        Instant since,
        @Nullable Instant lastUsed) {}
