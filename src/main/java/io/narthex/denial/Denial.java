package io.narthex.denial;

import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A rule as a node knows it. It decides by itself: a pure function of a path's facts and of the time.
 *
 * @param cacheId whose rule it is; null: the server's
 * @param what it denies by itself
 * @param dependents whether all that needs such a path is denied too
 * @param until null: for ever
 * @param rewritten of what paths were taken out; a rule that says the same denies all that it denied before
 * @param paths the hashes of all paths that are known to be denied by it: a set that grows, for any number of threads
 */
record Denial(
        long id,
        @Nullable Integer cacheId,
        String name,
        Denied what,
        boolean dependents,
        @Nullable Instant until,
        String rewritten,
        Set<StorePathHash> paths) {
    boolean isOver(Instant now) {
        return until != null && !now.isBefore(until);
    }

    /** Whether it denies a path, by what it is, or by what the path needs. */
    boolean denies(NarInfo path) {
        StorePath own = path.storePath();
        return paths.contains(own.hash())
                || what.is(own, path.narHash())
                || (dependents
                        && path.references().stream().anyMatch(other -> !other.equals(own) && deniesNamed(other)));
    }

    /** The same by all that is known where only the path's name is. */
    boolean deniesNamed(StorePath path) {
        return paths.contains(path.hash()) || what.names(path);
    }

    /**
     * Whether what is told of a derivation is told of a path that it denies.
     *
     * @param made the hashes of the derivations that made its paths
     */
    boolean deniesDerivation(StorePath derivation, Set<StorePathHash> made) {
        String name = derivation.name();
        StorePath output = new StorePath(derivation.hash(), name.substring(0, name.length() - ".drv".length()));
        return made.contains(derivation.hash()) || what.names(derivation) || what.names(output);
    }
}
