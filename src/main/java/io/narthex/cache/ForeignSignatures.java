package io.narthex.cache;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a cache does with the signatures that a path is pushed with. */
public enum ForeignSignatures {
    /** They stay beside ours. */
    @JsonProperty("keep")
    KEEP,
    /** Only ours are given out. */
    @JsonProperty("drop")
    DROP,
    /** They stay, and one by a trusted key is needed. */
    @JsonProperty("require-trusted")
    REQUIRE_TRUSTED
}
