package io.narthex.thread;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Does the same thing once for all who want it at the same time. Thread-safe. */
public final class SingleFlight<K, V> {
    private final Map<K, CompletableFuture<V>> flights = new ConcurrentHashMap<>();

    /** What the first who asked does; the others wait for it, and get what it gives or throws. */
    public V once(K key, Supplier<V> work) {
        CompletableFuture<V> mine = new CompletableFuture<>();
        CompletableFuture<V> flight = flights.putIfAbsent(key, mine);
        if (flight != null) {
            return joined(flight);
        }
        try {
            V value = work.get();
            mine.complete(value);
            return value;
        } catch (RuntimeException | Error e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            flights.remove(key, mine);
        }
    }

    /** How many things are being done. */
    public int underWay() {
        return flights.size();
    }

    private static <V> V joined(CompletableFuture<V> flight) {
        try {
            return flight.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException own ? own : e;
        }
    }
}
