package io.narthex.upstream;

import io.narthex.index.SourceAwayException;
import io.narthex.thread.NamedThreads;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the sources of a cache for a path: in their order, the next one when those before have answered or half of the last one's
 * time is gone. Thread-safe.
 */
@ApplicationScoped
public class LookUps {
    /** Each waits for one answer; more would wait for the same servers. */
    private static final int AT_ONCE = 128;

    private final ExecutorService threads = new ThreadPoolExecutor(
            0, AT_ONCE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), new NamedThreads("narthex-lookup"));

    /**
     * One source to be asked.
     *
     * @param time that it may take; zero: it waits for nobody elsewhere, and is asked at once
     * @param away what is said where it cannot be asked
     */
    record Asked(Duration time, Answer.Away away, Supplier<Answer> ask) {}

    /** What they say, up to the first that has it, which is the last of the list then. Waits. */
    List<Answer> ask(List<Asked> sources) {
        if (sources.size() == 1) {
            // nobody else is asked meanwhile: the caller may wait for it himself
            return List.of(sources.getFirst().ask.get());
        }
        BlockingQueue<Answer> arriving = new LinkedBlockingQueue<>();
        List<Answer> answers = new ArrayList<>();
        int asked = 0;
        long nextAt = System.nanoTime();
        while (answers.size() < sources.size()) {
            boolean allAnswered = answers.size() == asked;
            if (asked < sources.size() && (allAnswered || System.nanoTime() - nextAt >= 0)) {
                Asked next = sources.get(asked);
                asked++;
                begin(next, arriving);
                nextAt = System.nanoTime() + next.time.toNanos() / 2;
            }
            long patience = asked < sources.size() ? nextAt - System.nanoTime() : Long.MAX_VALUE;
            Answer answer = await(arriving, patience);
            if (answer != null) {
                answers.add(answer);
                if (answer.isThere()) {
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

    private void begin(Asked source, BlockingQueue<Answer> arriving) {
        if (source.time.isZero()) {
            arriving.add(source.ask.get());
            return;
        }
        try {
            threads.execute(() -> {
                Answer answer = source.away;
                try {
                    answer = source.ask.get();
                } finally {
                    arriving.add(answer);
                }
            });
        } catch (RejectedExecutionException e) {
            // as many wait for upstreams as may: nobody knows now
            arriving.add(source.away);
        }
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }
}
