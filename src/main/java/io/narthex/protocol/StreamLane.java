package io.narthex.protocol;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads of their own for what streams, so that slow readers never keep narinfos and the API waiting. One address gets
 * so many at a time; what is over that waits in a queue and holds no thread. Thread-safe.
 */
final class StreamLane {
    private static final long IDLE_SECONDS = 30;

    private final int most;
    private final int perAddress;

    /** Grows as needed: no more than {@link #most} are let in. */
    private final ThreadPoolExecutor threads;

    private final Map<InetAddress, Integer> running = new HashMap<>();
    private final Deque<Stream> waiting = new ArrayDeque<>();
    private int total;

    private record Stream(InetAddress address, Runnable work) {}

    private StreamLane(int most, int perAddress) {
        this.most = most;
        this.perAddress = perAddress;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                    Thread thread = new Thread(work, "narthex-stream-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * For what is sent. A thread costs little memory while it waits for its reader; a Nix client opens 25 connections, and
     * several may share an address.
     */
    static StreamLane forDownloads() {
        return new StreamLane(256, 128);
    }

    /** For what is received: unpacking one costs 8 MiB, and up to 130. */
    static StreamLane forUploads() {
        return new StreamLane(32, 26);
    }

    /** Lets the rest of the request run on a thread of the lane, when it is its turn. */
    void run(HttpServerExchange exchange, HttpHandler next) {
        InetAddress address = exchange.getSourceAddress().getAddress();
        Executor turn = work -> enter(new Stream(address, work));
        exchange.dispatch(turn, next);
    }

    private void enter(Stream stream) {
        synchronized (this) {
            if (!admit(stream)) {
                waiting.add(stream);
                return;
            }
        }
        start(stream);
    }

    private synchronized boolean admit(Stream stream) {
        int ofAddress = running.getOrDefault(stream.address, 0);
        if (total >= most || ofAddress >= perAddress) {
            return false;
        }
        running.put(stream.address, ofAddress + 1);
        total++;
        return true;
    }

    private void start(Stream stream) {
        threads.execute(() -> {
            try {
                stream.work.run();
            } finally {
                leave(stream.address);
            }
        });
    }

    /** Lets the longest waiting in whose address has room. */
    private void leave(InetAddress address) {
        Stream next = null;
        synchronized (this) {
            total--;
            running.computeIfPresent(address, (a, n) -> n == 1 ? null : n - 1);
            for (Iterator<Stream> all = waiting.iterator(); next == null && all.hasNext(); ) {
                Stream candidate = all.next();
                if (admit(candidate)) {
                    all.remove();
                    next = candidate;
                }
            }
        }
        if (next != null) {
            start(next);
        }
    }

    void close() {
        threads.shutdownNow();
    }
}
