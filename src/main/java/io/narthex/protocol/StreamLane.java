package io.narthex.protocol;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads of their own for what streams, so that slow readers never keep narinfos and the API waiting. One address gets
 * so many at a time; what is over that waits in a queue and holds no thread. Thread-safe.
 */
final class StreamLane {
    /** Streams at once in all. A thread costs little memory while it waits for its reader. */
    private static final int THREADS = 256;
    /** Streams at once to one address: a Nix client opens 25 connections, and several may share an address. */
    private static final int PER_ADDRESS = 128;

    private static final long IDLE_SECONDS = 30;

    private final ThreadPoolExecutor threads;
    private final Map<InetAddress, Line> lines = new HashMap<>();

    /** The streams of one address. */
    private static final class Line {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int running;
    }

    StreamLane() {
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "narthex-stream-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** Lets the rest of the request run on a thread of the lane, when it is its turn. */
    void run(HttpServerExchange exchange, HttpHandler next) {
        InetAddress address = exchange.getSourceAddress().getAddress();
        Executor turn = work -> enter(address, work);
        exchange.dispatch(turn, next);
    }

    private void enter(InetAddress address, Runnable work) {
        Runnable whole = () -> {
            try {
                work.run();
            } finally {
                leave(address);
            }
        };
        synchronized (lines) {
            Line line = lines.computeIfAbsent(address, a -> new Line());
            if (line.running >= PER_ADDRESS) {
                line.waiting.add(whole);
                return;
            }
            line.running++;
        }
        threads.execute(whole);
    }

    private void leave(InetAddress address) {
        Runnable next;
        synchronized (lines) {
            Line line = lines.get(address);
            if (line == null) {
                throw new IllegalStateException("nobody entered from there");
            }
            next = line.waiting.poll();
            if (next == null && --line.running == 0) {
                lines.remove(address);
            }
        }
        if (next != null) {
            threads.execute(next);
        }
    }

    void close() {
        threads.shutdownNow();
    }
}
