package io.narthex.lane;

import io.narthex.http.pace.PacedResponses;
import io.narthex.share.FairPlaces;
import io.narthex.share.Sharer;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Shares out the places of responses that need no thread, such as buffers. A request that gets none does not wait for
 * one, but is answered in another way; that there was one counts as waiting until somebody asks. Thread-safe.
 */
final class SharedPlaces implements PacedResponses.Places {
    private final FairPlaces<Object> places;
    private final PacedResponses paced;
    private final AtomicInteger refused = new AtomicInteger();

    SharedPlaces(int most, PacedResponses paced) {
        places = new FairPlaces<>(most, 0);
        this.paced = paced;
    }

    /** Takes a place until the exchange ends, if there is one for this sharer. */
    boolean take(HttpServerExchange exchange, Sharer who) {
        if (places.enter(who, this) != FairPlaces.Entry.TAKEN) {
            refused.incrementAndGet();
            return false;
        }
        exchange.addExchangeCompleteListener((ended, others) -> {
            places.leave(who);
            others.proceed();
        });
        Runnable unused = paced.watch(exchange, this, who);
        return true;
    }

    @Override
    public int waiting() {
        return refused.getAndSet(0);
    }

    @Override
    public boolean isWanted(Sharer who) {
        return true;
    }
}
