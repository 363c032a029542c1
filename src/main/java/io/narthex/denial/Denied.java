package io.narthex.denial;

import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;

/** What a rule denies by itself, without what needs it. */
sealed interface Denied {
    /** Paths whose names fit a pattern. */
    record ByName(NamePattern pattern) implements Denied {}

    /** The one path with a hash. */
    record ByHash(StorePathHash hash) implements Denied {}

    /** Every path with these contents, whatever its name. */
    record ByNarHash(NixHash narHash) implements Denied {}

    /** Whether it is this path, as far as its base name tells. */
    default boolean names(StorePath path) {
        return switch (this) {
            case ByName rule -> rule.pattern().matches(path.name());
            case ByHash rule -> rule.hash().equals(path.hash());
            case ByNarHash rule -> false;
        };
    }

    /** Whether it is this path. */
    default boolean is(StorePath path, NixHash narHash) {
        return this instanceof ByNarHash rule ? rule.narHash().equals(narHash) : names(path);
    }
}
