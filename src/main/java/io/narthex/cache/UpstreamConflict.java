package io.narthex.cache;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What becomes of a push of a path that another source of the cache has with other bytes. */
public enum UpstreamConflict {
    /** It is not taken. */
    @JsonProperty("refuse")
    REFUSE,
    /** It is kept, and hides what the other source has. */
    @JsonProperty("keep")
    KEEP
}
