package io.narthex.thread;

import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the threads of a pool: named, never a reason not to stop the server, and none ends without a line in the log.
 */
public final class NamedThreads implements ThreadFactory {
    private static final System.Logger LOG = System.getLogger(NamedThreads.class.getName());

    private final String name;
    private final AtomicInteger number = new AtomicInteger();

    /** @param name of the pool, before the thread's number */
    public NamedThreads(String name) {
        this.name = name;
    }

    @Override
    public Thread newThread(Runnable work) {
        Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
        thread.setDaemon(true);
        // not that of whichever request came first
        thread.setContextClassLoader(NamedThreads.class.getClassLoader());
        thread.setUncaughtExceptionHandler((ended, failure) -> LOG.log(
                Level.ERROR, "event=thread-ended thread=" + ended.getName() + ": its pool makes another", failure));
        return thread;
    }
}
