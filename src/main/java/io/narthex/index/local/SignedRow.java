package io.narthex.index.local;

import io.narthex.localstore.ValidPath;
import io.narthex.nix.signature.Signature;
import java.util.Map;
import java.util.Objects;

/**
 * A path as it is to be written.
 *
 * @param signatures ours, by the rows of the keys
 */
record SignedRow(ValidPath path, Map<Long, Signature> signatures) {
    SignedRow {
        signatures = Map.copyOf(signatures);
    }

    /** The one by a key that has signed it. */
    Signature by(long key) {
        return Objects.requireNonNull(signatures.get(key));
    }
}
