package io.narthex.localstore;

import io.narthex.nix.store.StorePath;
import java.util.List;
import java.util.Map;

/**
 * Which path an output of a content-addressed derivation came to be.
 *
 * @param signatures as stored, {@code name:base64}
 * @param dependent realisations that it was made with, by id; only Nix 2.4 to 2.34 keep them
 */
public record Realisation(StorePath outPath, List<String> signatures, Map<String, StorePath> dependent) {
    public Realisation {
        signatures = List.copyOf(signatures);
        dependent = Map.copyOf(dependent);
    }
}
