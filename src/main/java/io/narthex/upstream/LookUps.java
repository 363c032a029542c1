package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.index.SourceAwayException;
import io.narthex.nix.store.StorePathHash;
import io.narthex.thread.NamedThreads;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the upstreams of a cache for a path: in their order, the next one when those before have answered or half of the last
 * one's time is gone. Thread-safe.
 */
@ApplicationScoped
public class LookUps {
    /** Each waits for one answer; more would wait for the same servers. */
    private static final int AT_ONCE = 128;

    @Inject
    private UpstreamClient client;

    private final ExecutorService threads = new ThreadPoolExecutor(
            0, AT_ONCE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), new NamedThreads("narthex-lookup"));

    /** What they say, up to the first that has it, which is the last of the list then. Waits. */
    List<Answer> ask(Cache cache, StorePathHash hash, List<Upstream> upstreams) {
        BlockingQueue<Answer> arriving = new LinkedBlockingQueue<>();
        List<Answer> answers = new ArrayList<>();
        int asked = 0;
        long nextAt = System.nanoTime();
        while (answers.size() < upstreams.size()) {
            boolean allAnswered = answers.size() == asked;
            if (asked < upstreams.size() && (allAnswered || System.nanoTime() - nextAt >= 0)) {
                Upstream next = upstreams.get(asked);
                asked++;
                begin(next, cache, hash, arriving);
                nextAt = System.nanoTime() + next.lookup().toNanos() / 2;
            }
            long patience = asked < upstreams.size() ? nextAt - System.nanoTime() : Long.MAX_VALUE;
            Answer answer = await(arriving, patience);
            if (answer != null) {
                answers.add(answer);
                if (answer instanceof Answer.Found) {
                    break;
                }
            }
        }
        return answers;
    }

    private static @Nullable Answer await(BlockingQueue<Answer> arriving, long nanos) {
        try {
            return arriving.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SourceAwayException("an upstream");
        }
    }

    private void begin(Upstream upstream, Cache cache, StorePathHash hash, BlockingQueue<Answer> arriving) {
        try {
            threads.execute(() -> {
                Answer answer = new Answer.Away(upstream);
                try {
                    answer = client.lookUp(upstream, cache, hash);
                } finally {
                    arriving.add(answer);
                }
            });
        } catch (RejectedExecutionException e) {
            // as many wait for upstreams as may: nobody knows now
            arriving.add(new Answer.Away(upstream));
        }
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }
}
