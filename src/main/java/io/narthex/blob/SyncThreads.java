package io.narthex.blob;

import io.narthex.thread.NamedThreads;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The few threads that make blobs durable while the next ones are received. */
final class SyncThreads implements AutoCloseable {
    /** Each that waits holds an open file. */
    private static final int WAITING = 256;

    private final ThreadPoolExecutor threads;

    interface Work {
        void run() throws IOException;
    }

    SyncThreads(String name, int most) {
        threads = new ThreadPoolExecutor(
                most, most, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), new NamedThreads(name));
        threads.allowCoreThreadTimeOut(true);
        // whoever brings more than the disk takes syncs for himself; so does who comes while the server stops
        threads.setRejectedExecutionHandler((work, pool) -> work.run());
    }

    /** Begins the work; its exception is the result's. */
    CompletableFuture<Void> run(Work work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    @Override
    public void close() {
        threads.close();
    }
}
