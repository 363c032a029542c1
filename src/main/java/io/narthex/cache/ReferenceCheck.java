package io.narthex.cache;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a path is taken before what it refers to. */
public enum ReferenceCheck {
    /** No: all that it refers to must be in the cache. */
    @JsonProperty("strict")
    STRICT,
    /** Yes. */
    @JsonProperty("lenient")
    LENIENT
}
