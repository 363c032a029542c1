package io.narthex.localstore;

import io.narthex.nix.store.DerivationOutput;
import io.narthex.nix.store.StorePath;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Says which path an output of a content-addressed derivation came to be.
 *
 * @param signatures as stored, {@code name:base64}
 * @param dependent realisations that it was made with; only Nix 2.4 to 2.34 keep them
 */
public record Realisation(
        StorePath outPath, List<String> signatures, SortedMap<DerivationOutput, StorePath> dependent) {
    public Realisation {
        signatures = List.copyOf(signatures);
        dependent = Collections.unmodifiableSortedMap(new TreeMap<>(dependent));
    }
}
