package io.narthex.retention.use;

import io.narthex.cache.Cache;
import io.narthex.http.CurrentCaller;
import io.narthex.index.UsedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects which tokens push into which caches that evict, or ask what is there before they push, until {@link UseWriter}
 * writes that down. What they were told of stays as long as they go on. Any thread may add to it, those that must not block
 * too.
 */
public final class PushSessions {
    /** Some 150 bytes each. What is beyond is not noted: its next request tells the same. */
    static final int MOST_OF_TENANT = 2_000;

    /** Much less than the minutes by which a pause is judged. */
    private static final long WRITTEN_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long ADMINISTRATOR = 0;

    private final Map<Integer, Map<Pusher, State>> tenants = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    PushSessions() {
        this(System::nanoTime);
    }

    /** @param nanos a clock as {@link System#nanoTime} is one */
    PushSessions(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** @param token its row; 0: the administrator's token file */
    record Pusher(int cache, long token) {}

    private final class State {
        /** Bodies that are being received: a large one takes hours. */
        private final AtomicInteger open = new AtomicInteger();

        private volatile boolean asked;
        private volatile long writtenAt = nanos.getAsLong() - WRITTEN_NANOS;

        private boolean isLater() {
            return nanos.getAsLong() - writtenAt < WRITTEN_NANOS;
        }

        private boolean isOver() {
            return !asked && open.get() == 0 && !isLater();
        }
    }

    /** A body that is being received. */
    public interface Body {
        /** It has come, or comes no more. */
        void end();
    }

    /** Somebody who may push asks for something. */
    public void note(Cache cache, long token) {
        State state = state(cache, token);
        if (state != null) {
            state.asked = true;
        }
    }

    /**
     * Notes the caller of a request that came to a resource, who may read the cache; says as whom.
     *
     * @param authorized whether the request shows a token, which then is valid
     */
    public UsedBy note(CurrentCaller caller, Cache cache, boolean authorized) {
        boolean pushes = authorized
                && cache.evicts()
                && caller.mayPush(cache.tenant().text(), cache.name().text());
        if (pushes) {
            note(cache, caller.token().orElse(ADMINISTRATOR));
        }
        return UsedBy.of(authorized, pushes);
    }

    /**
     * A body begins to come.
     *
     * @param token null: the administrator's token file
     */
    public Body begin(Cache cache, @Nullable Long token) {
        State state = state(cache, token == null ? ADMINISTRATOR : token);
        if (state == null) {
            return () -> {};
        }
        state.open.incrementAndGet();
        return () -> {
            state.asked = true;
            state.open.decrementAndGet();
        };
    }

    /** Null: the cache keeps what it has, or this tenant has as many as may be. */
    private @Nullable State state(Cache cache, long token) {
        if (!cache.evicts()) {
            return null;
        }
        Map<Pusher, State> own = tenants.computeIfAbsent(cache.tenantId(), t -> new ConcurrentHashMap<>());
        Pusher pusher = new Pusher(cache.id(), token);
        State known = own.get(pusher);
        return known != null || own.size() >= MOST_OF_TENANT ? known : own.computeIfAbsent(pusher, p -> new State());
    }

    /** Those that are to be written down now. */
    List<Pusher> take() {
        List<Pusher> due = new ArrayList<>();
        for (Map<Pusher, State> own : tenants.values()) {
            own.values().removeIf(State::isOver);
            own.forEach((pusher, state) -> {
                if ((state.asked || state.open.get() > 0) && !state.isLater()) {
                    state.asked = false;
                    state.writtenAt = nanos.getAsLong();
                    due.add(pusher);
                }
            });
        }
        return due;
    }

    /** What could not be written is due again. */
    void giveBack(List<Pusher> unwritten) {
        for (Map<Pusher, State> own : tenants.values()) {
            for (Pusher pusher : unwritten) {
                State state = own.get(pusher);
                if (state != null) {
                    state.asked = true;
                    state.writtenAt = nanos.getAsLong() - WRITTEN_NANOS;
                }
            }
        }
    }
}
