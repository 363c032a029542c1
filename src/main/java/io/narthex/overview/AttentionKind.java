package io.narthex.overview;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What there is that somebody should look at. The texts are part of the API. */
public enum AttentionKind {
    /** A tenant or cache holds nearly as much as it may. */
    @JsonProperty("quota-near")
    QUOTA_NEAR,
    /** Paths are hidden, since their bytes are wrong or gone. */
    @JsonProperty("quarantine")
    QUARANTINE,
    /** A chain of the record is not as it was sealed. */
    @JsonProperty("chain-broken")
    CHAIN_BROKEN,
    /** An upstream is not asked since it failed. */
    @JsonProperty("breaker-open")
    BREAKER_OPEN,
    /** A key is replaced within sixty days: machines must trust the next one by then. */
    @JsonProperty("key-due")
    KEY_DUE
}
