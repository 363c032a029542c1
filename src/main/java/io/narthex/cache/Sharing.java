package io.narthex.cache;

import java.util.List;
import java.util.Set;

/**
 * For whom a cache may be a source of theirs.
 *
 * @param offeredTo names of tenants, there or not, or {@code *}
 * @param publish whether public caches may show what it has although it is private
 */
public record Sharing(Set<String> offeredTo, boolean publish) {
    static final Sharing NONE = new Sharing(Set.of(), false);

    private static final String ALL = "*";

    public Sharing {
        offeredTo = Set.copyOf(offeredTo);
    }

    boolean isOfferedTo(String tenant) {
        return offeredTo.contains(ALL) || offeredTo.contains(tenant);
    }

    /** In the order of the alphabet, as settings tell it. */
    public List<String> names() {
        return offeredTo.stream().sorted().toList();
    }
}
