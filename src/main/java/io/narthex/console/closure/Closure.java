package io.narthex.console.closure;

import io.narthex.nix.store.StorePath;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A path with all that it needs.
 *
 * @param root the path
 * @param paths each with its size and what it refers to in this cache; the root is the first
 * @param cut whether there are more, which nobody looked for
 */
public record Closure(StorePath root, Map<StorePath, Member> paths, boolean cut) {
    /**
     * A path of it.
     *
     * @param narSize in bytes
     * @param references those of them that the cache has, without itself
     */
    public record Member(long narSize, List<StorePath> references) {
        public Member {
            references = List.copyOf(references);
        }
    }

    /** Bytes of all NARs. */
    public long narSize() {
        return paths.values().stream().mapToLong(Member::narSize).sum();
    }

    Member member(StorePath path) {
        return Objects.requireNonNull(paths.get(path));
    }
}
