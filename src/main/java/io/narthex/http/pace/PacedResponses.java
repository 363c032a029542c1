package io.narthex.http.pace;

import io.narthex.share.Sharer;
import io.narthex.thread.Guarded;
import io.narthex.thread.NamedThreads;
import io.undertow.server.HttpServerExchange;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Holds responses to {@link ResponsePace} while others wait for their places: the connection of one that is too slow is
 * reset. Thread-safe.
 */
public final class PacedResponses implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PacedResponses.class.getName());
    private static final long LOOK_MILLIS = 1_000;

    private final Set<Watched> all = ConcurrentHashMap.newKeySet();
    private final AtomicLong cut = new AtomicLong();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("narthex-pace"));

    /** What answers hold places of. */
    public interface Places {
        /** How many wait for one now. */
        int waiting();

        /** Whether one of those that wait should have that of this holder. */
        boolean isWanted(Sharer who);
    }

    private record Watched(HttpServerExchange exchange, Places places, Sharer who, MeasuredResponse response) {}

    /** Looks once a second until it is closed. */
    public PacedResponses() {
        ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(
                new Guarded("response-pace", this::look), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Watches the answer to a request as long as it holds its place, at most until it has ended. To be called before
     * anything of it is sent.
     *
     * @return ends it
     */
    public Runnable watch(HttpServerExchange exchange, Places places, Sharer who) {
        MeasuredResponse response = new MeasuredResponse(exchange);
        Watched watched = new Watched(exchange, places, who, response);
        exchange.addResponseWrapper((factory, x) -> response.conduit(factory.create()));
        exchange.addExchangeCompleteListener((ended, others) -> {
            all.remove(watched);
            others.proceed();
        });
        all.add(watched);
        return () -> all.remove(watched);
    }

    /** How many were cut since the start. */
    public long cut() {
        return cut.get();
    }

    /** As many as wait may go, not all that are slow. */
    private void look() {
        long now = System.nanoTime();
        Map<Places, Integer> left = new HashMap<>();
        for (Watched one : all) {
            boolean slow = one.response.isSlow(now);
            int wanted = left.computeIfAbsent(one.places, Places::waiting);
            if (slow && wanted > 0 && one.places.isWanted(one.who)) {
                left.put(one.places, wanted - 1);
                cut(one);
            }
        }
    }

    private void cut(Watched slow) {
        cut.incrementAndGet();
        LOG.log(
                System.Logger.Level.DEBUG,
                "event=slow-reader-cut tenant={0} sent={1}",
                slow.who.tenant(),
                slow.exchange.getResponseBytesSent());
        all.remove(slow);
        slow.response.cut();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
