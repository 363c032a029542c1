package io.narthex.change;

import io.narthex.nix.store.StorePathHash;
import org.jspecify.annotations.Nullable;

/**
 * Something is not what it was. It does not say how: who remembers it forgets it, or reads it again.
 *
 * @param kind of what
 * @param subject the id of the token, tenant, cache or key; of a path, the id of its cache
 * @param hash of a path, and of nothing else
 */
public record Change(
        ChangeKind kind, long subject, @Nullable StorePathHash hash) {
    public Change {
        if ((hash != null) != (kind == ChangeKind.PATH)) {
            throw new IllegalArgumentException("a change of a path, and no other, names its hash: " + kind);
        }
    }
}
