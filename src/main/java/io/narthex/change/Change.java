package io.narthex.change;

import io.narthex.nix.store.StorePathHash;
import org.jspecify.annotations.Nullable;

/**
 * Says that something is not as it was. It does not say how: whoever remembers the thing forgets it, or reads it again.
 *
 * @param kind of what
 * @param subject the id of the token, trust, tenant, cache or key; of a path, the id of its cache
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
