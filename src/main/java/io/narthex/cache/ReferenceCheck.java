package io.narthex.cache;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a cache takes a path before it has the paths that this refers to. */
public enum ReferenceCheck {
    /** No: all that it refers to must be in the cache. */
    @JsonProperty("strict")
    STRICT,
    /** Yes. */
    @JsonProperty("lenient")
    LENIENT
}
