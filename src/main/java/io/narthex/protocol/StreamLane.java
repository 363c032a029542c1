package io.narthex.protocol;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
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
 * so many at a time, and one token; what is over that waits in a queue and holds no thread. Thread-safe.
 */
final class StreamLane {
    private static final long IDLE_SECONDS = 30;

    private final int most;
    private final int perAddress;
    private final int perToken;

    /** Grows as needed: no more than {@link #most} are let in. */
    private final ThreadPoolExecutor threads;

    /** How many of each address and of each token run. */
    private final Map<Object, Integer> running = new HashMap<>();

    private final Deque<Stream> waiting = new ArrayDeque<>();
    private int total;

    /** @param token as it came, wrong ones too: those are refused soon; empty for who has none */
    private record Stream(InetAddress address, String token, Runnable work) {}

    private StreamLane(int most, int perAddress, int perToken) {
        this.most = most;
        this.perAddress = perAddress;
        this.perToken = perToken;
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
        return new StreamLane(256, 128, 192);
    }

    /** For what is received: unpacking one costs 8 MiB, and up to 130. */
    static StreamLane forUploads() {
        return new StreamLane(32, 26, 28);
    }

    /** Lets the rest of the request run on a thread of the lane, when it is its turn. */
    void run(HttpServerExchange exchange, HttpHandler next) {
        InetAddress address = exchange.getSourceAddress().getAddress();
        String given = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
        String token = given == null ? "" : given;
        Executor turn = work -> enter(new Stream(address, token, work));
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
        boolean named = !stream.token.isEmpty();
        if (total >= most
                || running.getOrDefault(stream.address, 0) >= perAddress
                || (named && running.getOrDefault(stream.token, 0) >= perToken)) {
            return false;
        }
        running.merge(stream.address, 1, Integer::sum);
        if (named) {
            running.merge(stream.token, 1, Integer::sum);
        }
        total++;
        return true;
    }

    private void start(Stream stream) {
        threads.execute(() -> {
            try {
                stream.work.run();
            } finally {
                leave(stream);
            }
        });
    }

    /** Lets the longest waiting in whose address and token have room. */
    private void leave(Stream left) {
        Stream next = null;
        synchronized (this) {
            total--;
            running.computeIfPresent(left.address, (a, n) -> n == 1 ? null : n - 1);
            running.computeIfPresent(left.token, (t, n) -> n == 1 ? null : n - 1);
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

    /** How many streams have a place. */
    synchronized int held() {
        return total;
    }

    /** How many wait for one. */
    synchronized int waiting() {
        return waiting.size();
    }

    void close() {
        threads.shutdownNow();
    }
}
