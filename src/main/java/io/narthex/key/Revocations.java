package io.narthex.key;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The revoked keys of the server as this node has read them last. A revocation makes them old, and nothing else: the rings of
 * caches stay, and whatever was made by them is asked whether it is concerned. Thread-safe.
 */
final class Revocations implements Supplier<RevokedKeys> {
    private final AtomicLong changes = new AtomicLong();
    private volatile RevokedKeys known;
    /** How many changes there had been when they were read; one more: to be read. */
    private volatile long readAt;

    /** Such as were never read. */
    Revocations() {
        this(RevokedKeys.NONE);
        changed();
    }

    /** Such as do not change. */
    Revocations(RevokedKeys known) {
        this.known = known;
    }

    /** There is another. */
    void changed() {
        changes.incrementAndGet();
    }

    /** Whether no change is known that they were not read behind. */
    boolean areCurrent() {
        return readAt == changes.get();
    }

    /** Reads them where they are old; whoever asks meanwhile waits for that. */
    synchronized void refresh(Supplier<Collection<RevokedKeys.Entry>> reader) {
        long now = changes.get();
        if (readAt != now) {
            known = known.then(reader.get());
            // a change that came meanwhile lets them be read again
            readAt = now;
        }
    }

    @Override
    public RevokedKeys get() {
        return known;
    }
}
