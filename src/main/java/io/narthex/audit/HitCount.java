package io.narthex.audit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts how often one narinfo was asked for since the count was last written to the database. It is kept with the
 * narinfo in memory, so that counting is one increment.
 */
public final class HitCount {
    private static final VarHandle LISTED;

    static {
        try {
            LISTED = MethodHandles.lookup().findVarHandle(HitCount.class, "listed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final LongAdder hits = new LongAdder();

    @SuppressWarnings("UnusedVariable") // by the handle
    private volatile boolean listed;

    /** Counts one; true when nobody knows yet that there is something to write down. */
    boolean add() {
        hits.increment();
        return !listed && LISTED.compareAndSet(this, false, true);
    }

    /** What was counted; who counts from now on lists it again. */
    long take() {
        listed = false;
        return hits.sumThenReset();
    }
}
