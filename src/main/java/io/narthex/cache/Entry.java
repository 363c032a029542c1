package io.narthex.cache;

/** How paths come into a cache. */
public enum Entry {
    /** They are pushed. */
    PUSH,
    /** They are promoted from another cache; nothing else enters. */
    PROMOTION
}
