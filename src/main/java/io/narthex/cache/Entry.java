package io.narthex.cache;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How paths come into a cache. */
public enum Entry {
    /** They are pushed. */
    @JsonProperty("push")
    PUSH,
    /** They are promoted from another cache; nothing else enters. */
    @JsonProperty("promotion")
    PROMOTION
}
