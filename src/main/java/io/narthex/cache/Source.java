package io.narthex.cache;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where the paths of a cache come from. */
public enum Source {
    /** The Nix store of the machine, whole. */
    @JsonProperty("local-store")
    LOCAL_STORE,
    /** What was pushed into the cache. */
    @JsonProperty("uploads")
    UPLOADS
}
