package io.narthex.promotion;

import io.narthex.index.SignedPath;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.util.Map;
import java.util.Optional;

/**
 * What a cache was found to show of a closure from other caches and upstreams.
 *
 * @param complete false: the time was too short for all of it
 */
record Elsewhere(Map<StorePathHash, SignedPath> paths, boolean complete) {
    /** Of a cache that shows what it has itself. */
    static final Elsewhere NONE = new Elsewhere(Map.of(), true);

    Elsewhere {
        paths = Map.copyOf(paths);
    }

    Optional<SignedPath> find(StorePath path) {
        return Optional.ofNullable(paths.get(path.hash()))
                .filter(found -> found.path().equals(path));
    }
}
