package io.narthex.index.signing;

import io.narthex.job.ChangesHeard;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether stored paths may lack signatures: at the start, after each change of keys, and once more a while after
 * it, for what was published meanwhile by somebody who had not heard of the change. Thread-safe.
 */
final class SigningNeed {
    /** By then no node signs by keys that were replaced. */
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(90);

    private final ChangesHeard changes = new ChangesHeard();

    private volatile long begunWith;
    private volatile long finishedAt;
    private volatile boolean again;

    void changed() {
        changes.hear();
    }

    boolean isDue() {
        return changes.areMore() || (again && System.nanoTime() - finishedAt > AGAIN_NANOS);
    }

    /** A page begins. One that goes on with a run of another time says nothing about what that had seen. */
    void page(@Nullable String checkpoint) {
        if (checkpoint == null) {
            begunWith = changes.heard();
        }
    }

    /** The last page is done. */
    void finished() {
        again = changes.finished(begunWith);
        finishedAt = System.nanoTime();
        begunWith = 0;
    }
}
