package io.narthex.localstore;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Rows of the Nix database that follow each other.
 *
 * @param digests of all rows, by their numbers
 * @param paths without the unusable ones, in the order of their numbers
 */
public record NixPage(SortedMap<Long, RowDigest> digests, List<ValidPath> paths) {
    public NixPage {
        digests = Collections.unmodifiableSortedMap(new TreeMap<>(digests));
        paths = List.copyOf(paths);
    }
}
