package io.narthex.push;

/** What a cache does with signatures that are not its own. */
public enum ForeignSignatures {
    /** They are stored and served as they came. */
    KEEP,
    /** They are left out. */
    DROP,
    /** As {@link #KEEP}, and a path needs at least one by a key that the cache trusts, content-addressed or not. */
    REQUIRE_TRUSTED
}
