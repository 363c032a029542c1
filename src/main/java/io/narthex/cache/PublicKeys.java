package io.narthex.cache;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Says which public keys the clients of caches are to trust. A CDI bean of the package {@code key} implements it. */
public interface PublicKeys {
    /** By the cache's row: the keys in Nix's form, in the order in which they were made. */
    Map<Integer, List<String>> of(Collection<Cache> caches);
}
