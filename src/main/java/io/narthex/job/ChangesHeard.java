package io.narthex.job;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells a job whether more was heard of than it has worked off. At the start there may have been something already, of which nobody
 * tells. Thread-safe.
 */
public final class ChangesHeard {
    private final AtomicLong heard = new AtomicLong(1);
    private volatile long finishedWith;

    /** Something new has come that the job has to do. */
    public void hear() {
        heard.incrementAndGet();
    }

    /** Whether there is something to do. */
    public boolean areMore() {
        return heard.get() != finishedWith;
    }

    /** How many there have been, for who begins. What comes later it may or may not see. */
    public long heard() {
        return heard.get();
    }

    /**
     * All is done that there was at the beginning.
     *
     * @param begunWith what {@link #heard} gave then
     * @return whether that was anything new
     */
    public boolean finished(long begunWith) {
        boolean more = finishedWith != begunWith;
        finishedWith = begunWith;
        return more;
    }
}
