package io.narthex.cache;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Who may read a cache: anybody, or who has a token for it. */
public enum Visibility {
    /** Everybody. */
    @JsonProperty("public")
    PUBLIC,
    /** Who has a token for it. */
    @JsonProperty("private")
    PRIVATE
}
