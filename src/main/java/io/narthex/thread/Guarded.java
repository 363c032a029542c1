package io.narthex.thread;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/**
 * Runs a repeated task so that an exception does not end the repetition: it is logged, and the task runs again. A timer
 * would never call a task again after its first exception. Thread-safe if the task is.
 */
public final class Guarded implements Runnable {
    private static final System.Logger LOG = System.getLogger(Guarded.class.getName());
    /** What fails twice a second is not to fill the log. */
    private static final long TOLD_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String name;
    private final Runnable work;
    private volatile long toldAt = System.nanoTime() - TOLD_AGAIN_NANOS;

    /** @param name of the work, for the log: {@code change-feed} */
    public Guarded(String name, Runnable work) {
        this.name = name;
        this.work = work;
    }

    @Override
    public void run() {
        try {
            work.run();
        } catch (Throwable e) {
            tell(e);
        }
    }

    private void tell(Throwable failure) {
        long now = System.nanoTime();
        if (now - toldAt < TOLD_AGAIN_NANOS) {
            return;
        }
        toldAt = now;
        try {
            LOG.log(Level.ERROR, "event=work-failed work=" + name + ": it is tried again", failure);
        } catch (Throwable untold) {
            // no memory for a line of log either: to be told at the next failure
            toldAt = now - TOLD_AGAIN_NANOS;
        }
    }
}
