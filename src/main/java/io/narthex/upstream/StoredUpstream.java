package io.narthex.upstream;

import java.time.Instant;

/** An upstream with the facts that only its administrators ask for. */
record StoredUpstream(Upstream upstream, Instant createdAt) {
    /** Another for each change, and for an upstream that gets the name later. */
    String entityTag() {
        return "\"" + upstream.id() + "-" + upstream.version() + "\"";
    }
}
