package io.narthex.outbound;

import java.net.URI;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.jspecify.annotations.Nullable;

/** Ends a request that takes too long as a whole, whichever of its redirects it is at. Thread-safe. */
final class Deadline {
    private final URI asked;
    private final Duration limit;
    private @Nullable HttpUriRequestBase current;
    private boolean passed;

    Deadline(URI asked, Duration limit) {
        this.asked = asked;
        this.limit = limit;
    }

    /** From now on this request is the one that would be ended. */
    synchronized void guard(HttpUriRequestBase request) {
        current = request;
        if (passed) {
            request.cancel();
        }
    }

    /** The time is over. */
    synchronized void pass() {
        passed = true;
        if (current != null) {
            current.cancel();
        }
    }

    /** What went wrong, or that the time was over. */
    synchronized OutboundException worded(OutboundException failure) {
        return passed ? new OutboundException.TimedOut(String.valueOf(asked.getHost()), limit, failure) : failure;
    }
}
