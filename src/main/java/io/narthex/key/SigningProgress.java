package io.narthex.key;

import java.util.Map;

/** Tells how much of what a cache holds is signed by each of its keys. A CDI bean of the index implements it. */
public interface SigningProgress {
    /**
     * Of one key.
     *
     * @param done paths with its signature
     * @param total paths of the cache
     * @param rate paths a second, lately
     */
    record Progress(long done, long total, double rate) {}

    /** By the key's name, of keys that sign now; one that is not in it is not known. */
    Map<String, Progress> of(int cacheId);
}
