package io.narthex.quota;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What is done with a push that would pass a quota. */
public enum WhenFull {
    @JsonProperty("refuse")
    REFUSE,
    /** What was used longest ago goes, and the push is taken. */
    @JsonProperty("evict")
    EVICT
}
