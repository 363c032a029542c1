package io.narthex.job;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How far a run has come. A job that knows how much there is to do tells it here, while it works on a page; whoever asks is told
 * within seconds, on every node. Of a job that tells nothing, the things that its pages looked at are counted. Thread-safe.
 */
public final class Progress {
    private static final ThreadLocal<Progress> OF_THREAD = ThreadLocal.withInitial(Progress::new);
    private static final long UNKNOWN = -1;

    private final AtomicLong done = new AtomicLong();
    private final AtomicLong total = new AtomicLong(UNKNOWN);
    private volatile boolean counts;

    Progress() {}

    /** That of the run whose page the present thread works on; outside of one, one that nobody sees. */
    public static Progress ofThisRun() {
        return OF_THREAD.get();
    }

    /** Lets the work on this thread tell this run's progress. */
    <T> T during(Supplier<T> work) {
        OF_THREAD.set(this);
        try {
            return work.get();
        } finally {
            OF_THREAD.remove();
        }
    }

    /**
     * Says how much this run has to do.
     *
     * @param known asked once in a run, in its first page here
     */
    public void expect(LongSupplier known) {
        if (total.get() == UNKNOWN) {
            total.set(Math.max(0, known.getAsLong()));
        }
    }

    /** So much more is done. */
    public void add(long more) {
        counts = true;
        done.addAndGet(more);
    }

    /** A page has ended that looked at so many things. */
    void endPage(long seen) {
        if (!counts) {
            done.addAndGet(seen);
        }
    }

    /** So far. */
    Reached reached() {
        long expected = total.get();
        long reached = done.get();
        // what came meanwhile is done too
        return new Reached(reached, expected == UNKNOWN ? UNKNOWN : Math.max(expected, reached));
    }

    /**
     * How far a run is.
     *
     * @param total negative: not known
     */
    record Reached(long done, long total) {}
}
